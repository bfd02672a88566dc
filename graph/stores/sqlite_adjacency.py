"""The two statements an expansion lives on.

A frontier travels as one JSON array of numbers ``node id * 1024 + kind number``. The
inner query finds the time of the edge just past the degree cap, so that a hub costs as
much as its cap; edges of that very time all come along, and the cut between them is
made by neighbour afterwards. ``CROSS JOIN`` and ``INDEXED BY`` keep the plan what it is
whatever the statistics say.
"""

KIND_BITS = 10
FOREVER = "~"

OUT = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:pairs) AS pair CROSS JOIN edge AS e INDEXED BY edge_out
WHERE e.src = pair.value >> 10 AND e.kind = pair.value & 1023
  AND e.at >= max(:since, coalesce((
    SELECT i.at FROM edge AS i INDEXED BY edge_out
    WHERE i.src = pair.value >> 10 AND i.kind = pair.value & 1023 AND i.at <= :until
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
    WHERE i.dst = pair.value >> 10 AND i.kind = pair.value & 1023 AND i.at <= :until
    ORDER BY i.at DESC LIMIT 1 OFFSET :cap
  ), ''))
  AND e.at <= :until
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
