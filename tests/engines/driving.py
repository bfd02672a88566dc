"""Drives the engines as the service does: deadlines fire between facts, each at its own moment."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from engines.fleet import SignalEngines
from engines.signal import Signal
from graph.facts import Committed, Fact, Registered, RunSeen, Validated
from signal_factory.times import parse_time
from signal_factory.wire import DatasetRegistration

TABLE, JOB, STREAM = "ds://gold/orders", "job://spark/orders", "urn:dp:orders:created"


def on(text: str) -> datetime:
    """``"19 06:30"`` is half past six UTC on 19 January 2026."""
    day, _, time = text.partition(" ")
    return parse_time(f"2026-01-{day}T{time or '00:00'}:00Z" if len(time) < 6 else f"2026-01-{day}T{time}Z")


class Driven:
    """Engines, and every signal they gave so far."""

    def __init__(self) -> None:
        self.engines = SignalEngines()
        self.signals: list[Signal] = []

    def tell(self, *facts: Fact, now: datetime | None = None) -> "Driven":
        for fact in facts:
            clock = now or fact.at
            self._fire(clock, inclusive=False)
            self.signals += self.engines.observe(fact, clock)
        return self

    def until(self, now: datetime) -> "Driven":
        self._fire(now, inclusive=True)
        return self

    def _fire(self, now: datetime, *, inclusive: bool) -> None:
        while (due := self.engines.next_deadline()) is not None and (due < now or (inclusive and due == now)):
            self.signals += self.engines.fire()

    def of(self, kind: str) -> list[Signal]:
        return [each for each in self.signals if each.signal_type == kind]

    def open(self, urn: str = TABLE) -> dict[str, str]:
        return {track: each.state for track, each in self.engines.states[urn].open.items()}


def registered(when: str, urn: str = TABLE, tier: int = 1, **slo: dict[str, Any]) -> Registered:
    body = {"urn": urn, "tier": tier, "job": JOB, "slo": slo}
    return Registered(on(when), urn, DatasetRegistration.model_validate(body))


def due(by: str, grace: str = "30m", **more: str) -> dict[str, str]:
    return {"expected_update_by": by, "grace_period": grace, **more}


def run(when: str, state: str, run_id: str = "r", **more: Any) -> RunSeen:
    return RunSeen(on(when), run_id, run_id, JOB, state, outputs=(TABLE,), **more)


def commit(when: str, run_id: str = "", watermark: str = "", **more: Any) -> Committed:
    run_id = run_id or f"run-{when.replace(' ', 'T')}"
    return Committed(on(when), run_id, TABLE, run_id, JOB, watermark=watermark, **more)


def records(
    start: datetime, count: int, result: str = "PASS", signature: str = "MISSING_FIELD:a", over: int = 240
) -> Iterable[Validated]:
    """``count`` records of the stream, evenly over ``over`` seconds."""
    for number in range(count):
        at = start + timedelta(seconds=over * number / count)
        bad = (signature,) if result != "PASS" else ()
        ref = f"evd-{result}{signature[:3]}{at:%d%H%M%S}{number}"
        yield Validated(at, ref, STREAM, result, bad, "orders-svc", "v1")
