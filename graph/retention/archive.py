"""The cold tier: Parquet files, one a part and day, that are merged into and never doubled."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from ..model import NodeRef
from .parquet import decoded, encoded
from .places import Place
from .rows import Elements, from_rows

Part: TypeAlias = Literal["runs", "graph"]
PARTS: tuple[Part, ...] = ("runs", "graph")
"""``runs`` holds job and DAG runs with their edges, ``graph`` all else that left the graph."""

_FOLDER = "day="


def path_of(part: Part, day: str) -> str:
    """Where a day lies: ``runs/day=2026-01-19/runs.parquet``."""
    return f"{part}/{_FOLDER}{day}/{part}.parquet"


class Archive:
    """Elements by part and day. One writer; readers see a day as it was before or after a write."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def days(self, part: Part) -> list[str]:
        """The days that are there, in order."""
        names = self.place.names(part)
        return [name.removeprefix(_FOLDER) for name in names if name.startswith(_FOLDER)]

    def read(self, part: Part, day: str) -> Elements:
        """What is kept of a day; nothing where there is no such day.

        Raises:
            BackendUnavailable: it cannot be read, or is not what was written.
        """
        data = self.place.read(path_of(part, day))
        return Elements() if data is None else from_rows(decoded(data, path_of(part, day)))

    def merge(self, part: Part, day: str, more: Elements) -> Elements:
        """Add to a day; returns all that is kept of it. Adding what is there already writes nothing.

        Raises:
            BackendUnavailable: it cannot be read or written; what was there is there still.
        """
        kept = self.read(part, day)
        before = kept.rows()
        kept.add(more.nodes.values(), more.edges.values())
        rows = kept.rows()
        if rows != before:
            self.place.write(path_of(part, day), encoded(rows))
        return kept

    def holding(self, part: Part, day: str, refs: Iterable[NodeRef]) -> set[NodeRef]:
        """Which of ``refs`` are kept under that day."""
        return self.read(part, day).nodes.keys() & set(refs)
