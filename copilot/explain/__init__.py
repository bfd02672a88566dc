"""From one broken track to its cause, and what else is open beside it."""

from .verdict import Verdict, decide

__all__ = ["Verdict", "decide"]
