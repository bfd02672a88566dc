"""What others may know of a data set without holding all that its engines remember."""

from dataclasses import dataclass
from datetime import datetime

from .freshness import advancing, awaited
from .state import Commit, DatasetState


@dataclass(frozen=True, slots=True)
class Standing:
    """How a data set stands. ``awaited`` is the deadline, grace included, not met yet."""

    is_seen: bool = False
    last_good: datetime | None = None
    first_bad: datetime | None = None
    watermark: str = ""
    awaited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A data set whose engines are elsewhere: how it stands, and when something is due there.

    ``asked`` numbers the last question whose answer was kept; None where nobody noted it.
    """

    standing: Standing
    due: datetime | None = None
    asked: int | None = None


def standing_of(state: DatasetState) -> Standing:
    """The standing that a state comes to."""
    good = advancing(state)
    return Standing(
        bool(good or state.windows or state.batches),
        _last_good(state, good),
        min((each.first_bad for each in state.open.values()), default=None),
        max((each.watermark for each in good), default=""),
        awaited(state),
    )


def _last_good(state: DatasetState, good: list[Commit]) -> datetime | None:
    """When it was right last: before what is open now broke, or else its newest data."""
    if state.open:
        return min((each.last_good for each in state.open.values() if each.last_good), default=None)
    passed = [each.last_pass for each in state.windows.values() if each.last_pass]
    return max([*(each.at for each in good[-1:]), *passed], default=None)
