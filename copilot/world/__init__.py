"""What an explanation sees of the graph: the neighbourhood upstream of what broke."""

from .neighbourhood import HISTORY, World, look
from .views import Change, CommitView, FailureView, RunView, SignalView

__all__ = ["HISTORY", "Change", "CommitView", "FailureView", "RunView", "SignalView", "World", "look"]
