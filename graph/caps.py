"""How many nodes of each label there may be, how many there are, and who was turned away."""

from collections.abc import Mapping
from dataclasses import dataclass

from .model import NodeRef
from .port import GraphStore
from .schema import LABELS

SIGNATURES_PER_OWNER = LABELS["FailureSignature"].cap
SIGNATURES = 200_000
"""The most failure signatures of all data sets and jobs together, overflow buckets not counted."""
_MOST_UNCHECKED = 100_000


@dataclass(frozen=True, slots=True)
class CapUse:
    """One cap. ``turned_away`` are mentions that were refused, or went into an overflow bucket."""

    name: str
    cap: int
    used: int
    turned_away: int

    def document(self) -> dict[str, str | int]:
        """``{label, cap, used, refused}``."""
        return {"label": self.name, "cap": self.cap, "used": self.used, "refused": self.turned_away}


def lasting_caps() -> dict[str, int]:
    """Caps of labels that stay: their keys are few enough to be remembered."""
    return {
        name: label.cap
        for name, label in LABELS.items()
        if label.retention == "topology" and label.cap and name != "FailureSignature"
    }


def passing_caps() -> dict[str, int]:
    """Caps of labels that retention takes out again: they are counted, not remembered."""
    return {
        name: label.cap
        for name, label in LABELS.items()
        if label.retention != "topology" and label.cap and name != "FailureSignature"
    }


class Rooms:
    """Room left under the caps of labels whose keys nobody remembers.

    A mention may be of a new node, so as many mentions as there is room for need no
    look; then the store is asked how many there are. Once a label is full, only what
    the store holds is let in.
    """

    def __init__(self, store: GraphStore | None, caps: Mapping[str, int]) -> None:
        self._store, self._caps = store, caps
        self._unchecked: dict[str, int] = {}

    def has_room_for(self, ref: NodeRef) -> bool:
        """Whether a mention of ``ref`` may become a node, or is one."""
        cap = self._caps.get(ref.label)
        if cap is None or self._store is None:
            return True
        left = self._unchecked.get(ref.label, 0)
        if left <= 0:
            left = self._look(ref.label, cap)
        self._unchecked[ref.label] = left - 1
        return left > 0 or ref in self._store.get([ref])

    def _look(self, label: str, cap: int) -> int:
        """A part of the room, so that what waits in a buffer cannot overfill it by much."""
        used = self._store.stats().nodes_by_label.get(label, 0) if self._store else 0
        return min(_MOST_UNCHECKED, (cap - used + 1) // 2)
