"""Whether the bus is silent: nobody speaks, though several who have nothing to do with each other should.

Contract rule 3; docs/decisions/0008-bus-outage.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from engines.gaps import TERMINAL
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
    (``<``), what it writes (``>``), what starts it (``@``) and its DAG (``#``). ``written``
    says when tables were last, ``running`` when jobs that were begun and not ended were.
    """

    heard: dict[str, list[str]] = field(default_factory=_noted)
    ties: dict[str, list[str]] = field(default_factory=_noted)
    written: dict[str, str] = field(default_factory=_noted_text)
    running: dict[str, str] = field(default_factory=_noted_text)

    def note(self, facts: Iterable[object], now: datetime) -> None:
        """Note who spoke."""
        for fact in facts:
            match fact:
                case RunSeen():
                    ties = {f"<{urn}" for urn in fact.inputs} | {f">{urn}" for urn in fact.outputs}
                    ties |= {f"#{fact.dag}"} if fact.dag else set()
                    self._spoke(fact.job, now, ties | {_scheduler(fact.dag or fact.job)})
                    self._runs(fact.job, now, has_ended=fact.state in TERMINAL)
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
        """Whether no one thing can have silenced them all: no scheduler, enforcer, run or missing table.

        Nobody waits for a table that was written in the last half day. Who stops starting
        jobs does not silence those that run.
        """
        if len(senders) < 2:
            return False
        half_a_day = _quarter(now - DAY / 2)
        there = {urn for urn, at in self.written.items() if at > half_a_day}
        streams = {sender for sender, ties in self.ties.items() if _STREAMS in ties}
        ties = {sender: self._tied(sender, streams) for sender in self.ties}
        on = {job for job, at in self.running.items() if at > half_a_day}
        return not any(set(senders) <= each for each in _by_one_thing(set(senders), ties, there, on))

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

    def _runs(self, job: str, now: datetime, *, has_ended: bool) -> None:
        if not has_ended:
            self.running[job] = _quarter(now)
        elif job in self.running:
            del self.running[job]

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


@dataclass(slots=True)
class Vigil:
    """Whether the bus is silent since it was last heard: once that shows, until it is heard again.

    Looked at every quarter of an hour, so that it does not matter how often one asks.
    """

    since: datetime | None = None
    looked: datetime | None = None
    shows: bool = False

    def is_silent(self, busy: Busy, senders: Senders, now: datetime, last: datetime | None) -> bool:
        """Whether it showed by ``now``; ``last`` is when the bus was heard last."""
        if last is None or now - last < SILENCE:
            return False
        if last != self.since:
            self.since, self.looked, self.shows = last, last, False
        looks = _quarters(max(self.looked or last, last + SILENCE), now)
        self.shows = self.shows or any(is_silent(busy, senders, each, last) for each in looks)
        self.looked = now
        return self.shows or is_silent(busy, senders, now, last)


def _quarters(after: datetime, until: datetime) -> Iterator[datetime]:
    """The full quarters of an hour after one moment and up to another, for two days at most."""
    first = _EPOCH + ((after - _EPOCH) // _QUARTER + 1) * _QUARTER
    for step in range(min((until - first) // _QUARTER + 1, 2 * (DAY // _QUARTER))):
        yield first + step * _QUARTER


def _by_one_thing(
    due: set[str], ties: Mapping[str, set[str]], there: set[str], on: set[str]
) -> Iterator[set[str]]:
    """Who falls silent with a scheduler, with a run that hangs, and with a table that running jobs await."""
    starters = {tie for sender in due for tie in ties.get(sender, ()) if tie.startswith("@")}
    for starter in starters:
        stopped = {sender for sender, mine in ties.items() if starter in mine}
        yield stopped if starter == _STREAMS else _with_waiting(stopped - on, ties, there)
    hanging = due & on & set(ties)
    for job in hanging:
        yield _with_waiting(_whole({job}, ties), ties, there)
    for tie in {tie for job in hanging for tie in ties[job] if tie[0] == "<" and tie[1:] not in there}:
        readers = {sender for sender, mine in ties.items() if tie in mine}
        yield _with_waiting(_whole(readers, ties), ties, there)


def _whole(senders: set[str], ties: Mapping[str, set[str]]) -> set[str]:
    """With the other steps of their DAGs; where one is in none, with all that its scheduler starts."""
    found = set(senders)
    for mine in (ties[sender] for sender in senders):
        shared = {tie for tie in mine if tie[0] == "#"} or {tie for tie in mine if tie[0] == "@"}
        found |= {sender for sender, theirs in ties.items() if theirs & shared}
    return found


def _with_waiting(stopped: set[str], ties: Mapping[str, set[str]], there: set[str]) -> set[str]:
    """With those who share or await the tables that are missing then."""
    while True:
        missing = {tie[1:] for sender in stopped for tie in ties[sender] if tie[0] == ">"} - there
        ended = {f"{sign}{urn}" for urn in missing for sign in "<>"}
        more = {sender for sender, mine in ties.items() if mine & ended} - stopped
        if not more:
            return stopped
        stopped = stopped | more


def _scheduler(job: str) -> str:
    """What starts a job, as far as names tell: ``@job://airflow``."""
    return "@" + "/".join(job.split("/")[:3])


def _quarter(moment: datetime) -> str:
    """The quarter of an hour, as text that sorts by time."""
    return _key((moment - _EPOCH) // _QUARTER)


def _key(number: int) -> str:
    return f"{number:08d}"
