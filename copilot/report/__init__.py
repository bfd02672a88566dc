"""An explanation as people get it: the report, its path and queries, its timeline, and its words."""

from .document import Scene, report

__all__ = ["Scene", "report"]
