"""A promise that breaks and recovers again and again is one incident, which says so."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from signal_factory.times import format_time

from .episodes import Episode

CALM = timedelta(hours=1)
"""What breaks again within this time of its recovery had not really recovered."""
_LEAST = 3
_OF_DATA = ("contract", "quality", "volume")


def goes_on(earlier: Episode, later: Episode) -> bool:
    """Whether ``later`` is the same promise of the same data set, broken again before it was calm."""
    if _promise(earlier) != _promise(later) or earlier.resolved_at is None:
        return False
    return later.opened_at - earlier.resolved_at <= CALM


def is_same_promise(earlier: Episode, later: Episode) -> bool:
    """Whether both are about the same promise of the same data set."""
    return _promise(earlier) == _promise(later)


def is_same_failure(earlier: Episode, later: Episode) -> bool:
    """Whether the same promise is broken by the same failure of the data, whoever was blamed for it then."""
    same = earlier.signatures[:1] == later.signatures[:1] != []
    return same and _promise(earlier) == _promise(later) and _promise(later)[1] in _OF_DATA


def flapping(episodes: Iterable[Episode]) -> dict[str, Any] | None:
    """``{dataset_urn, times, since}`` of the promise that broke most often, if that was three times."""
    told = list(episodes)
    counts = Counter(_promise(each) for each in told)
    promise, times = min(counts.items(), key=lambda each: (-each[1], each[0]))
    if times < _LEAST:
        return None
    since = min(each.opened_at for each in told if _promise(each) == promise)
    return {"dataset_urn": promise[0], "times": times, "since": format_time(since)}


def _promise(episode: Episode) -> tuple[str, str]:
    """A track without the run it may name."""
    return episode.dataset, episode.track.partition(":")[0]
