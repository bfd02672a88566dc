"""What people told, beside the events: verdicts, budgets that were reset, registrations."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from signal_factory.errors import NotFound
from signal_factory.times import format_time
from signal_factory.urns import check_urn

from .entries import Reset, Verdict
from .state.database import Database
from .state.tables import budget_resets, events, feedback, registrations

_REGISTRATIONS = select(registrations.c.urn, registrations.c.time, events.c.body).join_from(
    registrations, events, events.c.seq == registrations.c.seq
)
_VERDICTS = select(
    feedback.c.at, feedback.c.by, feedback.c.incident_id, feedback.c.verdict, feedback.c.actual_cause,
    feedback.c.comment,
).order_by(feedback.c.id)  # fmt: skip
_RESETS = select(budget_resets.c.at, budget_resets.c.by, budget_resets.c.signal_type).order_by(
    budget_resets.c.id
)


class Told:
    """Reads and writes it in the log's database; all of it outlives a rebuild."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_verdict(self, verdict: Verdict) -> None:
        """Keep what a person said, so that it outlives a rebuild."""
        row = {
            "at": verdict.at.isoformat(), "by": verdict.by, "incident_id": verdict.incident_id,
            "verdict": verdict.verdict, "actual_cause": verdict.actual_cause, "comment": verdict.comment,
        }  # fmt: skip
        with self._db.writing() as db:
            db.execute(insert(feedback), row)

    def verdicts(self) -> list[Verdict]:
        """All of them, oldest first."""
        with self._db.reading() as db:
            rows = db.execute(_VERDICTS).all()
        return [Verdict(datetime.fromisoformat(at), *said) for at, *said in rows]

    def add_reset(self, reset: Reset) -> None:
        """Keep that an engine's budget was reset, so that it outlives a rebuild."""
        row = {"at": reset.at.isoformat(), "by": reset.by, "signal_type": reset.signal_type}
        with self._db.writing() as db:
            db.execute(insert(budget_resets), row)

    def resets(self) -> list[Reset]:
        """All of them, oldest first."""
        with self._db.reading() as db:
            rows = db.execute(_RESETS).all()
        return [Reset(datetime.fromisoformat(at), *told) for at, *told in rows]

    def registration(self, urn: str) -> dict[str, Any]:
        """The last registration of a data set as it was sent, with ``registered_at``.

        Raises:
            NotFound: it was never registered.
        """
        with self._db.reading() as db:
            row = db.execute(_REGISTRATIONS.where(registrations.c.urn == urn)).first()
        if row is None:
            raise NotFound(f"{urn} is not registered", hint="PUT its registration to this address.")
        return _registration(*row)

    def registrations(self, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
        """Registrations by URN, after ``cursor``, as a bounded list."""
        if cursor is not None:
            check_urn(cursor)
        following = _REGISTRATIONS.where(registrations.c.urn > (cursor or "")).order_by(registrations.c.urn)
        with self._db.reading() as db:
            total = int(db.execute(select(func.count()).select_from(registrations)).scalar_one())
            rows = db.execute(following.limit(limit + 1)).all()
        items = [_registration(*row) for row in rows[:limit]]
        return {
            "items": items,
            "total": total,
            "returned": len(items),
            "is_partial": len(items) < total,
            "next_cursor": items[-1]["urn"] if len(rows) > limit else None,
        }


def _registration(urn: str, time: str, body: str) -> dict[str, Any]:
    moment = format_time(datetime.fromisoformat(time))
    return {**json.loads(body), "urn": urn, "registered_at": moment}
