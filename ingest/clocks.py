"""Senders' clocks that are ahead: nothing was heard before it happened.

When an event came is measured by one clock (contract §3), what it says of its time by the
sender's. A clock behind cannot be told from an event that was long underway.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from graph.facts import Fact, RunSeen, Shipped

_ROUNDED, _DAY = timedelta(seconds=5), timedelta(days=1)
_ANNOUNCED = timedelta(minutes=10)


def not_ahead(fact: Fact, received: datetime) -> Fact:
    """The fact, no later than it was heard of, and the start of its run as much earlier.

    Times are rounded, so that a few seconds say nothing. A deployment may be announced
    before it goes live, which then is more than minutes away.
    """
    ahead = fact.at - received
    if ahead <= _ROUNDED or (_is_announced(fact) and ahead > _ANNOUNCED):
        return fact
    if isinstance(fact, RunSeen) and fact.started_at is not None:
        return replace(fact, at=received, started_at=min(received, fact.started_at - min(ahead, _DAY)))
    return replace(fact, at=received)


def _is_announced(fact: Fact) -> bool:
    return isinstance(fact, Shipped) and fact.source in ("event", "cdevents")
