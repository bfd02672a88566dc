"""The same questions in hand-written SQL over the same tables: what the store is measured against."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from graph.model import ExpandSpec, NodeRef

_WALK = """
WITH RECURSIVE
hop (kind, is_out) AS (SELECT value ->> 0, value ->> 1 FROM json_each(:hops)),
walk (id, depth) AS (
  SELECT n.id, 0 FROM node n JOIN symbol s ON s.id = n.label WHERE s.name = :label AND n.key = :key
  UNION
  SELECT e.dst, w.depth + 1 FROM walk w CROSS JOIN hop h CROSS JOIN edge e INDEXED BY edge_out
  WHERE h.is_out = 1 AND w.depth < :depth
    AND e.src = w.id AND e.kind = h.kind AND e.at BETWEEN :since AND :until
  UNION
  SELECT e.src, w.depth + 1 FROM walk w CROSS JOIN hop h CROSS JOIN edge e INDEXED BY edge_in
  WHERE h.is_out = 0 AND w.depth < :depth
    AND e.dst = w.id AND e.kind = h.kind AND e.at BETWEEN :since AND :until
  LIMIT :most
)
SELECT n.id, n.label, n.key, n.at, n.props, n.times, min(w.depth)
FROM walk w CROSS JOIN node n ON n.id = w.id GROUP BY w.id
"""
_BETWEEN = """
WITH near (id) AS MATERIALIZED (SELECT value FROM json_each(:ids))
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:ids) AS w CROSS JOIN json_each(:kinds) AS k CROSS JOIN edge AS e INDEXED BY edge_out
WHERE e.src = w.value AND e.kind = k.value AND e.at BETWEEN :since AND :until
  AND e.dst IN (SELECT id FROM near)
"""


class ByHand:
    """Recursive SQL on a graph file; answers rows, which cost nothing to make."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self._connection.execute("PRAGMA mmap_size = 268435456")
        self._connection.execute("PRAGMA cache_size = -16384")
        self._symbols = dict(self._connection.execute("SELECT name, id FROM symbol").fetchall())

    def expand(self, seed: NodeRef, spec: ExpandSpec) -> tuple[list[Any], list[Any]]:
        """Node rows and edge rows of the neighbourhood, without degree caps and without order."""
        bounds = {
            "hops": json.dumps([[self._symbols[hop.kind], int(hop.direction == "out")] for hop in spec.hops]),
            "kinds": json.dumps(sorted({self._symbols[hop.kind] for hop in spec.hops})),
            "since": spec.since,
            "until": spec.until or "~",
        }
        walk = {
            **bounds,
            "label": seed.label,
            "key": seed.key,
            "depth": spec.max_hops,
            "most": spec.max_nodes,
        }
        nodes = self._connection.execute(_WALK, walk).fetchall()
        ids = json.dumps([row[0] for row in nodes])
        return nodes, self._connection.execute(_BETWEEN, {**bounds, "ids": ids}).fetchall()

    def sizes(self, seed: NodeRef, spec: ExpandSpec) -> tuple[int, int]:
        """How many rows of nodes and of edges there are."""
        nodes, edges = self.expand(seed, spec)
        return len(nodes), len(edges)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
