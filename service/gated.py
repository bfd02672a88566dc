"""The read model as other threads may use it: each question holds the engine still."""

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from copilot.readmodel import Document, ReadModel

from .gate import Gate

Answer = TypeVar("Answer")


class GatedReadModel:
    """A ``copilot.readmodel.ReadModel`` whose every question is one turn at the gate."""

    def __init__(
        self, gate: Gate, current: Callable[[], ReadModel], explained: Callable[[float], None]
    ) -> None:
        """``explained`` is told the seconds each explanation took."""
        self._gate, self._current, self._explained = gate, current, explained

    def incidents(
        self,
        *,
        status: str | None = None,
        dataset: str | None = None,
        since: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Document:
        """Incidents, newest first."""
        return self._ask(
            lambda model: model.incidents(
                status=status, dataset=dataset, since=since, cursor=cursor, limit=limit
            )
        )

    def incident(self, incident_id: str) -> Document:
        """One incident with its ``rca``."""
        return self._timed(lambda model: model.incident(incident_id))

    def explain(self, incident_id: str) -> Document:
        """The RCAReport of one incident."""
        return self._timed(lambda model: model.explain(incident_id))

    def datasets(self, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Every data set seen or registered."""
        return self._ask(lambda model: model.datasets(cursor=cursor, limit=limit))

    def dataset(self, urn: str) -> Document:
        """Health of one."""
        return self._ask(lambda model: model.dataset(urn))

    def blast_radius(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands downstream."""
        return self._ask(lambda model: model.blast_radius(urn, max_hops=max_hops, max_nodes=max_nodes))

    def upstream(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands upstream."""
        return self._ask(lambda model: model.upstream(urn, max_hops=max_hops, max_nodes=max_nodes))

    def signals(self, urn: str, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Signals of one data set, newest first."""
        return self._ask(lambda model: model.signals(urn, cursor=cursor, limit=limit))

    def evidence(self, evidence_id: str) -> Document:
        """One evidence record."""
        return self._ask(lambda model: model.evidence(evidence_id))

    def changes(self, urn: str, *, since: str | None = None, limit: int = 50) -> Document:
        """Deployments and schema changes at or upstream of ``urn``."""
        return self._ask(lambda model: model.changes(urn, since=since, limit=limit))

    def search(self, text: str, *, limit: int = 20) -> Document:
        """Whatever has a name that contains ``text``."""
        return self._ask(lambda model: model.search(text, limit=limit))

    def _timed(self, question: Callable[[ReadModel], Answer]) -> Answer:
        start = perf_counter()
        answer = self._ask(question)
        self._explained(perf_counter() - start)
        return answer

    def _ask(self, question: Callable[[ReadModel], Answer]) -> Answer:
        with self._gate.reading():
            return question(self._current())
