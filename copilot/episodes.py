"""From signals to episodes: one track of one data set, from its first bad signal to its recovery."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engines.signal import STATES, Signal
from signal_factory.ids import derived_id
from signal_factory.times import format_time

_LATE_NEWS = timedelta(minutes=30)


@dataclass(slots=True)
class Episode:
    """Something that broke and may have mended. ``promise``: an objective is broken by it."""

    dataset: str
    track: str
    signal_type: str
    opened_at: datetime
    first_bad: datetime
    last_good: datetime | None
    state: str
    promise: bool
    resolved_at: datetime | None = None
    is_stale: bool = False
    signal_ids: list[str] = field(default_factory=list[str])
    signatures: list[str] = field(default_factory=list[str])
    run_ids: list[str] = field(default_factory=list[str])
    evidence: list[str] = field(default_factory=list[str])
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])
    totals: dict[str, int] = field(default_factory=dict[str, int])
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    trace_id: str = ""
    deadlines: list[datetime] = field(default_factory=list[datetime])

    @property
    def key(self) -> str:
        """What tells it from other episodes."""
        return f"{self.dataset}\x1f{self.track}\x1f{format_time(self.opened_at)}"

    @property
    def incident_id(self) -> str:
        """The id of the incident that this episode founds."""
        return derived_id("inc", self.opened_at, self.dataset, self.track)

    @property
    def reason(self) -> str:
        """Why, in the engine's own words: a breach type, or the chief signature."""
        return str(self.details.get("reason", "")) or (
            self.signatures[0] if self.signatures else self.signal_type
        )

    @property
    def is_of_silence(self) -> bool:
        """Whether it tells that something did not come."""
        return tells_of_silence(self.signal_type, self.signatures)

    def misses_again(self, signal: Signal) -> bool:
        """Whether a signal of its track tells of a later deadline."""
        return signal.first_bad is not None and signal.first_bad > max(self.deadlines, default=self.first_bad)


def tells_of_silence(signal_type: str, signatures: Sequence[str]) -> bool:
    """Whether a signal tells that something did not come, which a silent bus would look like as well."""
    return signal_type == "FRESHNESS_BREACH" or "HEARTBEATS_STOPPED" in signatures


def was_told_late(episode: Episode, mend: Signal) -> bool:
    """Whether a table that seemed late had been updated in time, and only the news of it was late.

    Minutes are what a sender's clock may be off; an update may also be told at the end of its run.
    """
    if episode.signal_type != "FRESHNESS_BREACH" or mend.last_good is None:
        return False
    return mend.last_good <= episode.first_bad and mend.at - mend.last_good > _LATE_NEWS


def opened(signal: Signal, *, is_stale: bool) -> Episode:
    """The episode that a first bad signal begins."""
    first_bad = signal.first_bad or signal.end
    episode = Episode(
        signal.subject, signal.track, signal.signal_type, signal.at, first_bad, signal.last_good,
        signal.state, signal.promise, is_stale=is_stale,
    )  # fmt: skip
    return amended(episode, signal)


def amended(episode: Episode, signal: Signal) -> Episode:
    """The episode with one more bad signal of its track."""
    if signal.first_bad is not None and signal.first_bad not in episode.deadlines:
        episode.deadlines = sorted([*episode.deadlines, signal.first_bad])[-10:]
    if signal.first_bad is not None and signal.first_bad <= episode.first_bad:
        episode.first_bad, episode.last_good = signal.first_bad, signal.last_good
    episode.state = max(episode.state, signal.state, key=STATES.index)
    episode.promise = episode.promise or signal.promise
    if signal.run_ids and signal.run_ids[0] in episode.run_ids[:1]:
        episode.metrics = dict(signal.metrics)
    _add(episode.signal_ids, (signal.signal_id,), 50)
    _add(episode.signatures, signal.signatures, 20)
    _add(episode.run_ids, signal.run_ids, 20)
    _add(episode.evidence, signal.evidence, 20)
    episode.metrics = episode.metrics or dict(signal.metrics)
    episode.details = _details(episode, signal)
    episode.trace_id = episode.trace_id or signal.trace_id
    return episode


def _details(episode: Episode, signal: Signal) -> dict[str, Any]:
    """What is told of it: of a missed deadline the first word stands, and no failed check is forgotten."""
    if episode.signal_type == "FRESHNESS_BREACH":
        return episode.details or dict(signal.details)
    checks = [*episode.details.get("failed_checks", ()), *_checks(signal)]
    more = {"failed_checks": list(dict.fromkeys(checks))[:20]} if checks else {}
    return episode.details | signal.details | more


def _checks(signal: Signal) -> list[str]:
    told: Any = signal.details.get("failed_checks", ())
    return [str(each) for each in told]


def joined(one: Episode, other: Episode) -> Episode:
    """Two open episodes of one track as one: the one that opened first, with all that both saw."""
    first, second = sorted((one, other), key=lambda each: (each.opened_at, each.first_bad))
    if second.first_bad < first.first_bad:
        first.first_bad, first.last_good = second.first_bad, second.last_good
    first.state = max(first.state, second.state, key=STATES.index)
    first.promise = first.promise or second.promise
    first.deadlines = sorted({*first.deadlines, *second.deadlines})[-10:]
    _add(first.signal_ids, tuple(second.signal_ids), 50)
    _add(first.signatures, tuple(second.signatures), 20)
    _add(first.run_ids, tuple(second.run_ids), 20)
    _add(first.evidence, tuple(second.evidence), 20)
    return first


def _add(known: list[str], more: tuple[str, ...], most: int) -> None:
    known += [each for each in more if each not in known]
    del known[most:]
