"""Facts of OpenLineage events (docs/openlineage.md says what becomes of each facet)."""

from .reading import from_openlineage

__all__ = ["from_openlineage"]
