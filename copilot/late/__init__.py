"""Why a table was not updated: from a missed deadline to the most upstream cause."""

from .culprits import Missed, gap
from .trace import trace_late

__all__ = ["Missed", "gap", "trace_late"]
