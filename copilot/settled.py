"""What is kept of an episode once it has mended: the incident does not change under who reads it."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Settled:
    """An episode that has mended, with its verdict as it was then.

    ``about`` is what was registered of its data set, ``mended`` what ended it
    (``copilot.mending``), None where nobody knows.
    """

    group: list[str]
    document: Document
    about: Document = field(default_factory=dict[str, Any])
    mended: Document | None = None
