"""Why data is wrong: from failing records, tests or volumes to the most upstream table that shows it."""

from .bad import Bad
from .trace import trace_failure, trace_volume

__all__ = ["Bad", "trace_failure", "trace_volume"]
