"""Whether the bus is silent: nobody speaks, though several who have nothing to do with each other should.

Contract rule 3; docs/decisions/0008-bus-outage.md.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from graph.facts import Committed, RunSeen, Validated

from .kept import Noted

SILENCE = timedelta(minutes=30)
_TALKING = 10
DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_DAYS = 8
_MOST_SENDERS, _MOST_TIES = 200, 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STREAMS = "@streams"


@dataclass(slots=True)
class Busy:
    """The last events of streams: how busy the bus was just before."""

    recent: list[datetime] = field(default_factory=list[datetime])

    def beat(self, at: datetime) -> None:
        """An event of a stream came in."""
        self.recent.append(at)
        del self.recent[:-_TALKING]

    def heard(self, at: datetime) -> None:
        """Any other event came in: the bus lives."""
        if self.recent and at - self.recent[-1] > SILENCE:
            self.recent.clear()

    def was(self, last: datetime) -> bool:
        """Whether the bus was busy with streams until ``last``."""
        if len(self.recent) < _TALKING:
            return False
        return self.recent[-1] - self.recent[0] <= SILENCE and last - self.recent[-1] <= SILENCE


def _noted() -> Noted[list[str]]:
    return Noted()


def _noted_text() -> Noted[str]:
    return Noted()


@dataclass(slots=True)
class Senders:
    """Who spoke when, by quarter of an hour for eight days.

    A sender is a job, or a stream by the URN of its data set. Its ties are what it reads
    (``<``), what it writes (``>``) and what starts it (``@``). ``written`` says when tables were last.
    """

    heard: dict[str, list[str]] = field(default_factory=_noted)
    ties: dict[str, list[str]] = field(default_factory=_noted)
    written: dict[str, str] = field(default_factory=_noted_text)

    def note(self, facts: Iterable[object], now: datetime) -> None:
        """Note who spoke."""
        for fact in facts:
            match fact:
                case RunSeen():
                    ties = {f"<{urn}" for urn in fact.inputs} | {f">{urn}" for urn in fact.outputs}
                    self._spoke(fact.job, now, ties | {_scheduler(fact.dag or fact.job)})
                case Committed():
                    self.written[fact.dataset] = _quarter(now)
                    if fact.job:
                        self._spoke(fact.job, now, {f">{fact.dataset}"})
                case Validated() if not fact.run_id:
                    self._spoke(fact.dataset, now, {_STREAMS})
                case _:
                    pass

    def due(self, since: datetime, until: datetime) -> set[str]:
        """Senders who usually speak then: twice in a week, and on the same weekday where that is known."""
        spoke = [self._between(since - DAY * days, until - DAY * days) for days in range(1, _DAYS)]
        knows_a_week = bool(self.heard) and min(self.heard) < _quarter(since - 7 * DAY)
        lately = spoke[-1] if knows_a_week else spoke[0]
        return {sender for sender in lately if sum(sender in day for day in spoke) > 1}

    def are_unrelated(self, senders: Collection[str], now: datetime) -> bool:
        """Whether no one thing can have silenced them all: no scheduler, and no enforcer.

        Nobody waits for a table that was written in the last half day.
        """
        there = {urn for urn, at in self.written.items() if at > _quarter(now - DAY / 2)}
        streams = {sender for sender, ties in self.ties.items() if _STREAMS in ties}
        ties = {sender: self._tied(sender, streams) for sender in self.ties}
        starters = {tie for sender in senders for tie in ties.get(sender, ()) if tie.startswith("@")}
        return len(senders) > 1 and not any(set(senders) <= _silenced(each, ties, there) for each in starters)

    def _tied(self, sender: str, streams: set[str]) -> set[str]:
        """Its ties; a job that has to do with streams only, or with nothing, checks streams."""
        ties = set(self.ties.get(sender, ()))
        return ties | {_STREAMS} if {tie[1:] for tie in ties if tie[0] in "<>"} <= streams else ties

    def _spoke(self, sender: str, now: datetime, ties: set[str]) -> None:
        known = self.ties.get(sender, [])
        if not ties <= set(known):
            self.ties[sender] = sorted({*known, *ties})[:_MOST_TIES]
        key = _quarter(now)
        spoke = self.heard.get(key)
        if spoke is None:
            self._forget(now)
        if spoke is None or (sender not in spoke and len(spoke) < _MOST_SENDERS):
            self.heard[key] = sorted([*(spoke or ()), sender])

    def _forget(self, now: datetime) -> None:
        oldest = _quarter(now - _DAYS * DAY)
        for key in [key for key in self.heard if key < oldest]:
            del self.heard[key]

    def _between(self, since: datetime, until: datetime) -> set[str]:
        first = (since - _EPOCH) // _QUARTER + 1
        keys = (_key(number) for number in range(first, first + (until - since) // _QUARTER))
        return {sender for key in keys for sender in self.heard.get(key, ())}


def is_silent(busy: Busy, senders: Senders, now: datetime, last: datetime | None) -> bool:
    """Whether a busy bus said nothing since ``last``, or several senders did not who should have."""
    if last is None or now - last < SILENCE:
        return False
    if busy.was(last):
        return True
    due = senders.due(max(last, now - DAY), now - SILENCE)
    return senders.are_unrelated(due, now)


def _silenced(starter: str, ties: Mapping[str, set[str]], there: set[str]) -> set[str]:
    """Who falls silent with what ``starter`` starts: those who share or await its tables too."""
    stopped = {sender for sender, mine in ties.items() if starter in mine}
    while starter != _STREAMS:
        missing = {tie[1:] for sender in stopped for tie in ties[sender] if tie[0] == ">"} - there
        ended = {f"{sign}{urn}" for urn in missing for sign in "<>"}
        more = {sender for sender, mine in ties.items() if mine & ended} - stopped
        if not more:
            break
        stopped |= more
    return stopped


def _scheduler(job: str) -> str:
    """What starts a job, as far as names tell: ``@job://airflow``."""
    return "@" + "/".join(job.split("/")[:3])


def _quarter(moment: datetime) -> str:
    """The quarter of an hour, as text that sorts by time."""
    return _key((moment - _EPOCH) // _QUARTER)


def _key(number: int) -> str:
    return f"{number:08d}"
