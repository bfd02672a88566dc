"""One engine family in a consumer group of its own, which no burst of other events holds up.

docs/decisions/0018-freshness-apart.md says what it may leave out, and why its signals are
those that the leader will keep.
"""
