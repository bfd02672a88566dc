"""What every face asks: one read interface behind REST, MCP, the page, chat and the command line.

Answers are the JSON documents of the public contract (plain dicts, times as
text). A bounded list says so: ``{"items": […], "total": n, "returned": n,
"is_partial": bool, "next_cursor": str | None}``.
"""

from typing import Any, Protocol, TypeAlias

Document: TypeAlias = dict[str, Any]


class ReadModel(Protocol):
    """The questions the product answers. None of them changes anything.

    Methods that take a name raise ``signal_factory.errors.NotFound`` when it is
    not known, and ``InvalidIdentifier`` when it cannot name anything.
    """

    def incidents(
        self,
        *,
        status: str | None = None,
        dataset: str | None = None,
        since: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Document:
        """Incidents, newest first, each as contract §3 has it."""
        ...

    def incident(self, incident_id: str) -> Document:
        """One incident with its ``rca``."""
        ...

    def explain(self, incident_id: str) -> Document:
        """The RCAReport of one incident."""
        ...

    def datasets(self, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Every data set seen or registered: urn, status, tier, owner."""
        ...

    def dataset(self, urn: str) -> Document:
        """Health of one: status, signals now, last good, watermark, owner, tier, direct lineage."""
        ...

    def blast_radius(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands downstream, as a bounded list of ``{urn, type, tier, hops, effect}``."""
        ...

    def upstream(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands upstream, as a bounded list of ``{urn, type, tier, hops, status}``."""
        ...

    def signals(self, urn: str, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Signals of one data set, newest first."""
        ...

    def evidence(self, evidence_id: str) -> Document:
        """One evidence record without raw values of data."""
        ...

    def changes(self, urn: str, *, since: str | None = None, limit: int = 50) -> Document:
        """Deployments and schema changes at or upstream of ``urn``, newest first."""
        ...

    def search(self, text: str, *, limit: int = 20) -> Document:
        """Data sets, jobs, deployments, incidents and signatures whose names contain ``text``."""
        ...
