"""Who owns a data set and how far its gate is open: from its registration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from pydantic import ValidationError

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


class Directory:
    """Looks data sets up, and remembers them for a minute."""

    def __init__(self, registration: Registration, routes: Routes, now: Callable[[], datetime]) -> None:
        self._registration, self._routes, self._now = registration, routes, now
        self._known: dict[str, Entry] = {}
        self._since = now()

    def get(self, urn: str) -> Entry:
        """What is known of ``urn``; the defaults where nothing is."""
        now = self._now()
        if now - self._since >= _KEPT_FOR:
            self._known, self._since = {}, now
        if urn not in self._known:
            self._known[urn] = self._read(urn)
        return self._known[urn]

    def _read(self, urn: str) -> Entry:
        body = self._registration(urn) or {}
        gate = self._gate(urn, body)
        try:
            told = DatasetRegistration.model_validate({**body, "urn": urn})
        except (ValidationError, SignalFactoryError):
            return Entry("", None, gate)
        return Entry(told.owner_team or "", told.tier, gate)

    def _gate(self, urn: str, body: Mapping[str, Any]) -> Gate:
        """The operator's word, else the registration's ``gate``, else the default."""
        for pattern, gate in self._routes.gates.items():
            if fnmatchcase(urn, pattern):
                return gate
        told = str(body.get("gate"))
        return Gate(told) if told in set(Gate) else self._routes.default_gate
