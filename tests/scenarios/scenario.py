"""Recorded events for tests and fixtures, written as a few sentences.

Knows the shapes of contract §2 and §3 and nothing of the engine: what comes out
is newline-delimited JSON, one envelope a line.
"""

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

Json: TypeAlias = dict[str, Any]
Form: TypeAlias = Literal["native", "openlineage"]

FORMS: tuple[Form, ...] = ("native", "openlineage")
LAKE = "s3://lake"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def rfc3339(moment: datetime) -> str:
    """The instant in UTC with milliseconds and ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def evidence_id(*parts: object) -> str:
    """``evd-`` and 26 characters that depend on nothing but ``parts``."""
    number = int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:16], "big")
    return "evd-" + "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def days(first: str, last: str) -> list[str]:
    """Every date from ``first`` to ``last``, both included, as ``YYYY-MM-DD``."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)]


def day_before(day: str, by: int = 1) -> str:
    """The date ``by`` days earlier."""
    return (date.fromisoformat(day) - timedelta(by)).isoformat()


class Scenario:
    """Collects envelopes. ``zone`` is what local clock times are read in.

    ``form`` decides whether runs are told as ``job_event``/``write_event`` or as
    OpenLineage events; everything else is the same in both.
    """

    def __init__(self, zone: str = "America/New_York", form: Form = "native", name: str = "scenario") -> None:
        self.zone, self.form, self.name = ZoneInfo(zone), form, name
        self._envelopes: list[Json] = []
        self._extra_lines: list[str] = []
        self._evidence_count = 0

    def at(self, day: str, clock: str) -> datetime:
        """The instant of a local wall clock time; ``25:10`` is 01:10 of the next day."""
        hours, minutes, seconds = [*map(float, clock.split(":")), 0.0][:3]
        local_day = date.fromisoformat(day) + timedelta(int(hours // 24))
        wall = datetime.combine(local_day, time(int(hours % 24), int(minutes)), self.zone)
        return wall.astimezone(UTC) + timedelta(seconds=seconds)

    def emit(self, when: datetime, kind: str, body: Json) -> "Scenario":
        """One envelope received at ``when``."""
        self._envelopes.append({"time": rfc3339(when), "kind": kind, "body": body})
        return self

    def raw(self, line: str) -> "Scenario":
        """A line that is not an envelope; comes after all others."""
        self._extra_lines.append(line)
        return self

    def tick(self, when: datetime) -> "Scenario":
        """Nothing but time passing."""
        return self.emit(when, "tick", {})

    def ticks(self, first: datetime, last: datetime, minutes: float = 5) -> "Scenario":
        """A tick every ``minutes`` from ``first`` up to and including ``last``."""
        moment = first
        while moment <= last:
            self.tick(moment)
            moment += timedelta(minutes=minutes)
        return self

    def dataset(self, when: datetime, urn: str, *, tier: int = 1, **fields: Any) -> "Scenario":
        """A registration. ``ds://`` data sets also get the storage path that OpenLineage names."""
        body: Json = {"urn": urn, "tier": f"TIER_{tier}", "owner_team": "data-platform", **fields}
        if urn.startswith("ds://"):
            body.setdefault("storage", {"format": "delta", "gold": f"{LAKE}/{urn.removeprefix('ds://')}"})
        return self.emit(when, "dataset", body)

    def mapping(self, when: datetime, namespace: str, name: str, dataset_urn: str) -> "Scenario":
        """An identity rule for an OpenLineage name."""
        return self.emit(when, "mapping", {"namespace": namespace, "name": name, "dataset_urn": dataset_urn})

    def stream_mapping(self, when: datetime, topic: str, dataset_urn: str, service: str) -> "Scenario":
        """An identity rule for a topic."""
        return self.emit(when, "mapping", {"topic": topic, "dataset_urn": dataset_urn, "service": service})

    def deploy(self, when: datetime, service: str, version: str, **fields: Any) -> "Scenario":
        """A change went live."""
        body = {"service": service, "version": version, "deployed_at": rfc3339(when), **fields}
        return self.emit(when, "deployment", body)

    def next_evidence_id(self) -> str:
        """A fresh evidence id, the same in every build."""
        self._evidence_count += 1
        return evidence_id(self.name, self._evidence_count)

    def envelopes(self) -> list[Json]:
        """What was collected, in the order of time, then of content."""
        return sorted(self._envelopes, key=lambda envelope: (envelope["time"], _text(envelope)))

    def lines(self) -> list[str]:
        """The file, line by line."""
        return [_text(envelope) for envelope in self.envelopes()] + self._extra_lines


def freshness(by: str, grace: str = "10m", **fields: Any) -> Json:
    """An ``slo`` with a freshness objective; ``by`` is ``HH:MM <TZ>``."""
    return {"freshness": {"expected_update_by": f"{by} daily", "grace_period": grace, **fields}}


def _text(envelope: Json) -> str:
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False)
