"""The statements an expansion lives on.

A frontier travels as one JSON array of numbers ``node id * 1024 + kind number``. The
inner query finds the time of the edge just past the degree cap, so that a hub costs as
much as its cap; edges of that very time all come along, and the cut between them is
made by neighbour afterwards. Edges without a time belong to every window and stand
outside its index range; they get a statement of their own, for the kinds that have
any. ``CROSS JOIN`` and ``INDEXED BY`` keep the plan what it is
whatever the statistics say.
"""

KIND_BITS = 10
KIND_MASK = 1023
FOREVER = "~"

OUT = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:pairs) AS pair CROSS JOIN edge AS e INDEXED BY edge_out
WHERE e.src = pair.value >> 10 AND e.kind = pair.value & 1023
  AND e.at >= max(:since, coalesce((
    SELECT i.at FROM edge AS i INDEXED BY edge_out
    WHERE i.src = pair.value >> 10 AND i.kind = pair.value & 1023 AND i.at BETWEEN :since AND :until
    ORDER BY i.at DESC LIMIT 1 OFFSET :cap
  ), ''))
  AND e.at <= :until
"""
IN = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:pairs) AS pair CROSS JOIN edge AS e INDEXED BY edge_in
WHERE e.dst = pair.value >> 10 AND e.kind = pair.value & 1023
  AND e.at >= max(:since, coalesce((
    SELECT i.at FROM edge AS i INDEXED BY edge_in
    WHERE i.dst = pair.value >> 10 AND i.kind = pair.value & 1023 AND i.at BETWEEN :since AND :until
    ORDER BY i.at DESC LIMIT 1 OFFSET :cap
  ), ''))
  AND e.at <= :until
"""
KINDS_WITH_UNDATED = """
SELECT kind.value FROM json_each(:kinds) AS kind
WHERE EXISTS (SELECT 1 FROM edge AS e INDEXED BY edge_undated WHERE e.at = '' AND e.kind = kind.value)
"""
UNDATED_OUT = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:pairs) AS pair CROSS JOIN edge AS e INDEXED BY edge_out
WHERE e.src = pair.value >> 10 AND e.kind = pair.value & 1023 AND e.at = ''
"""
UNDATED_IN = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:pairs) AS pair CROSS JOIN edge AS e INDEXED BY edge_in
WHERE e.dst = pair.value >> 10 AND e.kind = pair.value & 1023 AND e.at = ''
"""
