"""What a connection has read of the embedded graph, for as long as nobody writes.

An incident asks for the neighbourhoods of several tables that mostly overlap.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..model import Edge, Node, NodeRef
from .sqlite_rows import EdgeRow, NodeRow

Side: TypeAlias = Literal["out", "in"]
_MOST = 10_000


@dataclass(slots=True)
class Reached:
    """Edges of nodes by one side, under one end in time and one cap.

    The key is ``node id * 1024 + kind``; what is kept holds from a time on.
    """

    by_pair: dict[int, tuple[str, list[EdgeRow]]] = field(
        default_factory=dict[int, tuple[str, list[EdgeRow]]]
    )

    def split(self, pairs: Iterable[int], since: str) -> tuple[list[EdgeRow], list[int]]:
        """The edges that are known of ``pairs``, and the pairs that must be asked for."""
        found: list[EdgeRow] = []
        unknown: list[int] = []
        for pair in pairs:
            held = self.by_pair.get(pair)
            if held is None or not _serves(held[0], since):
                unknown.append(pair)
            elif held[0] == since:
                found += held[1]
            else:
                found += [row for row in held[1] if row[4] >= since or not row[4]]
        return found, unknown

    def keep(self, pairs: Iterable[int], rows: Iterable[tuple[int, EdgeRow]], since: str) -> None:
        """Remember what was read of ``pairs``: each row with its pair."""
        for pair in pairs:
            self.by_pair[pair] = (since, [])
        for pair, row in rows:
            self.by_pair[pair][1].append(row)


def _serves(held: str, since: str) -> bool:
    """Without a time the cap may have cut edges that have none; with one it never does."""
    return held == since or "" < held < since


class Known:
    """Rows and elements of one moment of the graph, by id; at most some ten thousand between walks."""

    def __init__(self) -> None:
        self._moment = (0, 0)
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self.refs: dict[int, NodeRef] = {}
        self.rows: dict[int, NodeRow] = {}
        self.nodes: dict[int, Node] = {}
        self.edges: dict[int, Edge] = {}
        self._reached: dict[tuple[Side, str, int], Reached] = {}

    def renew(self, connection: sqlite3.Connection) -> None:
        """Forget what somebody may have changed, before the walk of a transaction begins."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        moment = (version, connection.total_changes)
        if moment != self._moment:
            self.forget()
            self._moment = moment

    def reached(self, side: Side, until: str, cap: int) -> Reached:
        """What is known of edges under these bounds."""
        return self._reached.setdefault((side, until, cap), Reached())

    def ease(self) -> None:
        """Let go of what a great walk has read."""
        if len(self.rows) + len(self.edges) > _MOST:
            self.forget()


class KnowingConnection(sqlite3.Connection):
    """A connection that remembers what it read; one thread at a time uses it."""

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]
        self.known = Known()
