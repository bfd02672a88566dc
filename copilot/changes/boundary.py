"""The time that a guilty change lies in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..suspects import span

SKEW = timedelta(minutes=2)
ROLLOUT = timedelta(minutes=30)
LEAK = timedelta(hours=6)
"""So long after a version went live a failure that only its records have may still begin."""

_OLDEST = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Between:
    """The boundary that a guilty change lies in: after the last good, before the first bad."""

    last_good: datetime | None
    first_bad: datetime
    slack: timedelta = timedelta()

    def holds(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in it, clock skew allowed."""
        if self.is_before(moment):
            return False
        return self.last_good is None or moment > self.last_good - self.slack

    def is_before(self, moment: datetime) -> bool:
        """Whether it was bad before ``moment``, clock skew allowed."""
        return moment > self.first_bad + SKEW

    def reaches(self, moment: datetime) -> bool:
        """Whether a change at ``moment`` is worth a word, though it may have come long before."""
        return moment >= self.first_bad - _OLDEST

    def distance(self, moment: datetime) -> str:
        """How far ``moment`` lies from the first failure, in words."""
        after = self.first_bad - moment
        return f"{span(after)} {'before' if after >= timedelta() else 'after'} the first failure"
