"""What engines say (spec/event_schemas_and_scenarios.md §4.1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from signal_factory.ids import derived_id
from signal_factory.times import format_time

STATES = ("UNKNOWN", "OK", "WARNING", "CRITICAL")
"""From best known to worst; ``UNKNOWN`` says nothing."""


@dataclass(frozen=True, slots=True)
class Signal:
    """The state of one data set (or, where no table is known, one job) in one respect.

    ``track`` names what can be broken and mended again: a signal that is not OK opens
    it, an OK one closes it; "" marks a single observation. ``promise`` says whether a
    registered objective is broken, which is what opens an incident (contract rule 2).
    """

    signal_type: str
    subject: str
    state: str
    at: datetime
    start: datetime
    end: datetime
    window: str
    track: str = ""
    promise: bool = False
    first_bad: datetime | None = None
    last_good: datetime | None = None
    signatures: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])
    top_failures: tuple[dict[str, Any], ...] = ()
    evidence: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    batch: dict[str, Any] = field(default_factory=dict[str, Any])
    trace_id: str = ""

    @property
    def signal_id(self) -> str:
        """Depends on what the signal is about, so that a late record amends and never doubles it."""
        about = (self.signal_type, self.subject, self.window, self.track or ",".join(self.signatures))
        return derived_id("sig", self.end, *about, format_time(self.start), ",".join(self.run_ids[:1]))

    @property
    def is_bad(self) -> bool:
        """Whether it opens its track."""
        return self.state in ("WARNING", "CRITICAL")

    def document(self) -> dict[str, Any]:
        """The signal as the contract has it."""
        document: dict[str, Any] = {
            "signal_id": self.signal_id,
            "signal_type": self.signal_type,
            "dataset_urn": self.subject,
            "state": self.state,
            "timestamp": format_time(self.at),
            "window": {"start": format_time(self.start), "end": format_time(self.end), "type": self.window},
            "metrics": self.metrics,
            "top_failures": list(self.top_failures[:5]),
            "evidence_refs": list(self.evidence[:10]),
        }
        if self.details:
            document["details"] = self.details
        if self.batch:
            document["batch_context"] = self.batch
        return document
