"""The same engines over several processes: data sets live in workers, one leader assembles.

docs/decisions/0017-supersteps.md says how the result stays that of one process.
"""
