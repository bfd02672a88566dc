"""How events travel: with a lag, now and then twice, and by clocks that are not quite right."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from signal_factory.ids import canonical_json, derived_id
from signal_factory.times import format_time

from ..chance import Chance


@dataclass(frozen=True, slots=True)
class Quirks:
    """What is odd about a recording.

    Clocks are off by up to ``skew`` seconds; the STARTs of ``lost_starts`` never came; jobs
    in ``injections`` say more than what went wrong, those in ``unversioned`` not what they run.
    """

    skew: float = 1.5
    lost_starts: frozenset[str] = frozenset()
    injections: dict[str, str] = field(default_factory=dict[str, str])
    unversioned: frozenset[str] = frozenset()


class Post:
    """Takes events at the true time and delivers envelopes at the time of receipt."""

    def __init__(self, chance: Chance, until: datetime, quirks: Quirks) -> None:
        self.chance, self.until, self.quirks = chance, until, quirks
        self._sent: list[tuple[datetime, str, dict[str, Any]]] = []

    def clock(self, source: str, at: datetime) -> str:
        """What the clock of ``source`` shows at ``at``."""
        off = self.chance.uniform(-self.quirks.skew, self.quirks.skew, "skew", source)
        return format_time(at + timedelta(seconds=off))

    def evidence_id(self, at: datetime, *parts: str) -> str:
        """An evidence id that depends on what it stands for."""
        return derived_id("evd", at, *parts)

    def send(
        self,
        at: datetime,
        kind: str,
        body: dict[str, Any],
        *,
        slow: bool = False,
        held: datetime | None = None,
    ) -> None:
        """``body`` leaves at ``at``, or at ``held`` if kept back; ``slow`` ones may take minutes."""
        left = max(at, held) if held else at
        if left > self.until:
            return
        rng = self.chance.of("lag", kind, at.isoformat(), canonical_json(body))
        lag = rng.uniform(0.3, 12) if rng.random() < 0.9 else rng.uniform(12, 110)
        if slow and rng.random() < 0.03:
            lag = rng.uniform(180, 1100)
        self._sent.append((left + timedelta(seconds=lag), kind, body))
        if rng.random() < 0.012:
            self._sent.append((left + timedelta(seconds=lag + rng.uniform(1, 240)), kind, body))

    def delivered(self, outage: tuple[datetime, datetime] | None) -> tuple[dict[str, Any], ...]:
        """All that was received by the end; during an ``outage`` nothing is, afterwards all at once."""
        found = [(_after(outage, at), kind, body) for at, kind, body in self._sent]
        kept = [
            (format_time(at), kind, canonical_json(body), body)
            for at, kind, body in found
            if at <= self.until
        ]
        kept.append((format_time(self.until), "tick", "{}", {}))
        return tuple(
            {"time": at, "kind": kind, "body": body} for at, kind, _, body in sorted(kept, key=_order)
        )


def _after(outage: tuple[datetime, datetime] | None, at: datetime) -> datetime:
    if outage is None or not outage[0] <= at < outage[1]:
        return at
    return outage[1] + (at - outage[0]) / 100


def _order(item: tuple[str, str, str, dict[str, Any]]) -> tuple[str, str, str]:
    return item[:3]
