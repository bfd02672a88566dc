"""Who owns a data set, how far its gate is open, and when it is due next: from its registration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from pydantic import ValidationError

from engines.deadlines import next_due
from engines.policy import Freshness, policy_of
from signal_factory.errors import SignalFactoryError
from signal_factory.wire import DatasetRegistration

from .config import Routes
from .model import Gate

_KEPT_FOR = timedelta(minutes=1)
Registration = Callable[[str], Mapping[str, Any] | None]
"""The registration of a URN as it was sent, or None."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one data set."""

    team: str
    tier: int | None
    gate: Gate
    freshness: Freshness | None

    def due_after(self, moment: datetime) -> datetime | None:
        """The first deadline, grace included, later than ``moment``."""
        if self.freshness is None:
            return None
        grace = self.freshness.grace
        return next_due(self.freshness, moment - grace) + grace


class Directory:
    """Looks data sets up, and remembers them for a minute."""

    def __init__(self, registration: Registration, routes: Routes, now: Callable[[], datetime]) -> None:
        self._registration, self._routes, self._now = registration, routes, now
        self._known: dict[str, Entry] = {}
        self._due: dict[str, tuple[datetime, datetime]] = {}
        self._since = now()

    def get(self, urn: str) -> Entry:
        """What is known of ``urn``; the defaults where nothing is."""
        now = self._now()
        if now - self._since >= _KEPT_FOR:
            self._known, self._due, self._since = {}, {}, now
        if urn not in self._known:
            self._known[urn] = self._read(urn)
        return self._known[urn]

    def due(self, urn: str, moment: datetime) -> datetime | None:
        """The first deadline of ``urn``, grace included, later than ``moment``."""
        entry = self.get(urn)
        known = self._due.get(urn)
        if known is not None and known[0] <= moment < known[1]:
            return known[1]
        due = entry.due_after(moment)
        if due is not None:
            self._due[urn] = (moment, due)
        return due

    def _read(self, urn: str) -> Entry:
        body = self._registration(urn) or {}
        gate = self._gate(urn, body)
        try:
            told = DatasetRegistration.model_validate({**body, "urn": urn})
            freshness = policy_of(told, self._now()).freshness
        except (ValidationError, SignalFactoryError):
            return Entry("", None, gate, None)
        return Entry(told.owner_team or "", told.tier, gate, freshness)

    def _gate(self, urn: str, body: Mapping[str, Any]) -> Gate:
        """The operator's word, else the registration's ``gate``, else the default."""
        for pattern, gate in self._routes.gates.items():
            if fnmatchcase(urn, pattern):
                return gate
        told = str(body.get("gate"))
        return Gate(told) if told in set(Gate) else self._routes.default_gate
