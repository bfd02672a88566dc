"""What people said of explanations, and what follows from it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from copilot.budget import Spending
from copilot.readmodel import Document
from copilot.refit import Line, refitted
from graph.model import NodeRef
from graph.port import GraphStore
from signal_factory.errors import NotFound
from signal_factory.ids import canonical_json, derived_id
from signal_factory.times import format_time

from .budgets import spent

_CAUSES = ("Deployment", "Job", "Dataset", "Producer", "Service")


class Said:
    """Verdicts by incident, and the budgets that were reset."""

    def __init__(self) -> None:
        self._by_incident: dict[str, list[Document]] = {}
        self._resets: dict[str, datetime] = {}
        self._dirty: dict[str, str] = {}

    def record(
        self,
        about: Document,
        signal_type: str,
        verdict: str,
        actual_cause: str | None,
        comment: str | None,
        at: datetime,
        by: str,
    ) -> Document:
        """Keep a verdict on the incident ``about``, which signals of ``signal_type`` opened."""
        incident_id, sure = about["incident_id"], about["rca"]["confidence"]
        told: Document = {
            "feedback_id": derived_id("fbk", at, incident_id, verdict, by), "incident_id": incident_id,
            "verdict": verdict, "actual_cause": actual_cause, "comment": comment, "at": format_time(at),
            "by": by, "signal_type": signal_type,
            "confidence": sure["score"], "fitted_confidence": sure.get("fitted", sure["score"]),
        }  # fmt: skip
        self._by_incident.setdefault(incident_id, []).append(told)
        self._mark(f"feedback/{incident_id}", self._by_incident[incident_id])
        return told

    def budgets(self) -> dict[str, Spending]:
        """What each engine has spent of its false-alarm budget, by signal type."""
        return spent(self._all(), self._resets)

    def reset_budget(self, signal_type: str, at: datetime) -> None:
        """Hear an engine again that had overspent.

        Raises:
            NotFound: nobody has said anything of such signals.
        """
        if all(each["signal_type"] != signal_type for each in self._all()):
            raise NotFound(f"no feedback on {signal_type[:60]}", hint="`sf budget` lists what there is.")
        self._resets[signal_type] = at
        self._mark(f"reset/{signal_type}", format_time(at))

    def line(self) -> Line:
        """How it corrects the confidence that is shown."""
        return refitted(self._all())

    def causes_named(self, graph: GraphStore) -> dict[str, str]:
        """What people last named as the cause of an incident, where the graph knows such a thing."""
        last = {incident_id: told[-1].get("actual_cause") for incident_id, told in self._by_incident.items()}
        named = {incident_id: str(cause).strip() for incident_id, cause in last.items() if cause}
        refs = [NodeRef(label, key) for key in named.values() for label in _CAUSES]
        known = {ref.key for ref in graph.get(refs)} if refs else set[str]()
        return {incident_id: key for incident_id, key in named.items() if key in known}

    def take_rows(self) -> dict[str, str]:
        """Rows that changed since the last call."""
        rows, self._dirty = self._dirty, {}
        return rows

    def restore(self, kind: str, name: str, text: str) -> None:
        """Take a row back; one of another kind is nothing to us."""
        if kind == "feedback":
            self._by_incident[name] = json.loads(text)
        elif kind == "reset":
            self._resets[name] = datetime.fromisoformat(json.loads(text))

    def _all(self) -> Iterator[Mapping[str, Any]]:
        return (each for said in self._by_incident.values() for each in said)

    def _mark(self, key: str, value: Any) -> None:
        self._dirty[key] = canonical_json(value)
