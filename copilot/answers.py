"""The read model over graph, signals and incidents: every question that has a face."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from graph.model import ExpandSpec, Hop, Node, NodeRef
from graph.port import GraphStore
from signal_factory.errors import InvalidEvent, InvalidIdentifier, NotFound
from signal_factory.times import format_time, parse_time
from signal_factory.urns import urn_problem

from . import recent
from .pages import Place, cut, page
from .readmodel import Document
from .report.blast import asset_type, radius
from .told import now_bad, shown
from .world import World

_PAGE = 1_000
_MOST_LOOKED_AT = 50_000
_SEARCHED = ("Dataset", "Job", "Deployment", "FailureSignature")
_ABOUT = (
    "name",
    "type",
    "tier",
    "owner_team",
    "service",
    "classification",
    "runbook_url",
    "job",
    "description",
)


class Answers:
    """A ``copilot.readmodel.ReadModel``. What it is given is read when asked, never kept."""

    def __init__(
        self,
        graph: GraphStore,
        incidents: Callable[[], list[Document]],
        datasets: Callable[[], dict[str, Document]],
        signals: Mapping[str, Document],
        evidence: Mapping[str, Document],
        hurt: Callable[[], dict[str, str]],
        flush: Callable[[], None],
    ) -> None:
        self._graph, self._incidents, self._datasets = graph, incidents, datasets
        self._signals, self._evidence, self._hurt, self._flush = signals, evidence, hurt, flush

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
        start = _since(since)
        kept = [
            each for each in self._incidents()
            if status in (None, each["status"])
            and (dataset is None or dataset in each["datasets"])
            and (start is None or each["created_at"] >= start)
        ]  # fmt: skip
        return page(kept, _incident_place, cursor, limit, newest_first=True)

    def incident(self, incident_id: str) -> Document:
        """One incident with its ``rca``."""
        for each in self._incidents():
            if each["incident_id"] == incident_id:
                return dict(each)
        _must_name(incident_id, "an incident id")
        raise NotFound(f"no incident {incident_id[:60]!r}", hint="List incidents to see the known ids.")

    def explain(self, incident_id: str) -> Document:
        """The RCAReport of one incident."""
        report: Document = self.incident(incident_id)["rca"]
        return report

    def datasets(self, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Every data set seen or registered: urn, status, tier, owner."""
        self._flush()
        rows = [{"urn": urn, **told} for urn, told in self._datasets().items()]
        rows.sort(key=_urn_place)
        return page(rows, _urn_place, cursor, limit, newest_first=False)

    def dataset(self, urn: str) -> Document:
        """Health of one: status, signals now, last good, watermark, owner, tier, direct lineage."""
        node = self._known(urn)
        health = self._datasets().get(urn, {"status": "UNKNOWN"})
        told = {name: node.props[name] for name in _ABOUT if node.props.get(name) is not None}
        return {
            "urn": urn, **told, **health,
            "signals": now_bad(self._signals_of(urn)) if urn in self._hurt() else [],
            "incidents": self._open_incidents(urn),
            "upstream": self._beside(urn, "in"), "downstream": self._beside(urn, "out"),
            "writers": self._writers(urn),
        }  # fmt: skip

    def blast_radius(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands downstream, as a bounded list of ``{urn, type, tier, hops, effect}``."""
        self._known(urn)
        rows, is_cut = radius(
            self._graph, (urn,), leave_out=(urn,), hurt=self._hurt(), max_hops=max_hops, max_nodes=max_nodes
        )
        return cut(rows, max_nodes, is_cut=is_cut)

    def upstream(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands upstream, as a bounded list of ``{urn, type, tier, hops, status}``."""
        self._known(urn)
        spec = ExpandSpec(
            (Hop("FEEDS", "in"),), max_hops=max_hops, max_nodes=max_nodes + 1, max_degree=max_nodes
        )
        found = self._graph.expand([NodeRef("Dataset", urn)], spec)
        health = self._datasets()
        rows: list[Document] = [
            {
                "urn": ref.key, "type": asset_type(ref.key, node.props.get("type")),
                "tier": node.props.get("tier"), "hops": found.depth[ref],
                "status": health.get(ref.key, {}).get("status", "UNKNOWN"),
            }
            for ref, node in found.nodes.items()
            if found.depth[ref] > 0
        ]  # fmt: skip
        rows.sort(key=lambda row: (row["hops"], row["urn"]))
        return cut(rows, max_nodes, is_cut=found.is_partial)

    def signals(self, urn: str, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Signals of one data set, newest first."""
        found = self._signals_of(urn)
        if not found:
            self._known(urn)
        return page(found, _signal_place, cursor, limit, newest_first=True)

    def evidence(self, evidence_id: str) -> Document:
        """One evidence record without raw values of data."""
        found = self._evidence.get(evidence_id)
        if found is None:
            _must_name(evidence_id, "an evidence id")
            raise NotFound(
                f"no evidence {evidence_id[:60]!r}", hint="Incidents cite the evidence that is known."
            )
        return dict(found)

    def changes(self, urn: str, *, since: str | None = None, limit: int = 50) -> Document:
        """Deployments and schema changes at or upstream of ``urn``, newest first."""
        self._known(urn)
        rows, is_cut = recent.changes(self._graph, urn, self._signals.values(), _since(since))
        return cut(rows, limit, is_cut=is_cut)

    def search(self, text: str, *, limit: int = 20) -> Document:
        """Data sets, jobs, deployments, incidents and signatures whose names contain ``text``."""
        wanted = text.strip().casefold()
        if not wanted:
            raise InvalidIdentifier("an empty text is part of every name", hint="Search for part of a name.")
        self._flush()
        is_cut = False
        rows: list[Document] = []
        for label in _SEARCHED:
            looked_at = 0
            after = ""
            while nodes := self._graph.find(label, limit=_PAGE, after=after):
                rows += [_hit(node) for node in nodes if _has(node, wanted)]
                after = nodes[-1].ref.key
                looked_at += len(nodes)
                if looked_at >= _MOST_LOOKED_AT:
                    is_cut = True
                    break
        rows += [
            {"type": "Incident", "key": each["incident_id"], "name": each["title"], "status": each["status"]}
            for each in self._incidents()
            if wanted in f"{each['incident_id']} {each['title']}".casefold()
        ]
        rows.sort(key=lambda row: _closeness(row, wanted))
        return cut(rows, limit, is_cut=is_cut)

    def _known(self, urn: str) -> Node:
        self._flush()
        ref = NodeRef("Dataset", urn)
        node = self._graph.get([ref]).get(ref)
        if node is not None:
            return node
        problem = urn_problem(urn)
        if problem is not None:
            raise InvalidIdentifier(problem)
        raise NotFound(f"no data set {urn[:80]!r}", hint="GET /api/v1/datasets lists what is known.")

    def _signals_of(self, urn: str) -> list[Document]:
        found = [shown(each) for each in self._signals.values() if each["dataset_urn"] == urn]
        return sorted(found, key=_signal_place, reverse=True)

    def _open_incidents(self, urn: str) -> list[Document]:
        kept = ("incident_id", "title", "severity", "status", "created_at")
        return [
            {name: each[name] for name in kept}
            for each in self._incidents()
            if each["status"] == "OPEN" and urn in each["datasets"]
        ]

    def _writers(self, urn: str) -> list[str]:
        spec = ExpandSpec((Hop("WROTE_TO", "in"),), max_hops=1, max_nodes=100, max_degree=60)
        found = self._graph.expand([NodeRef("Dataset", urn)], spec)
        return World(found, datetime.max.replace(tzinfo=UTC)).writers(urn)

    def _beside(self, urn: str, direction: str) -> list[str]:
        hop = Hop("FEEDS", "in" if direction == "in" else "out")
        found = self._graph.expand([NodeRef("Dataset", urn)], ExpandSpec((hop,), max_hops=1, max_nodes=201))
        return sorted(ref.key for ref in found.nodes if ref.key != urn)


def _incident_place(incident: Document) -> Place:
    return str(incident["created_at"]), str(incident["incident_id"])


def _signal_place(signal: Document) -> Place:
    return str(signal["timestamp"]), str(signal["signal_id"])


def _urn_place(row: Document) -> Place:
    return str(row["urn"]), ""


def _since(since: str | None) -> str | None:
    if since is None:
        return None
    try:
        return format_time(parse_time(since))
    except InvalidEvent as error:
        raise InvalidIdentifier(str(error), hint=error.hint) from None


def _must_name(text: str, what: str) -> None:
    if not text.strip() or not text.isprintable() or len(text) > 512:
        raise InvalidIdentifier(f"{what} is empty, too long or holds control characters")


def _has(node: Node, wanted: str) -> bool:
    return wanted in node.ref.key.casefold() or wanted in str(node.props.get("name") or "").casefold()


def _hit(node: Node) -> Document:
    told = {name: node.props[name] for name in ("name", "owner_team", "dataset_urn") if node.props.get(name)}
    return {"type": node.ref.label, "key": node.ref.key, **told}


def _closeness(row: Document, wanted: str) -> tuple[int, int, str, str]:
    key = str(row["key"])
    tail = key.rpartition("/")[2].casefold()
    exact = 0 if wanted in (key.casefold(), tail) else 1 if tail.startswith(wanted) else 2
    order = ("Dataset", "Incident", "Job", "Deployment", "FailureSignature")
    return exact, order.index(str(row["type"])), key, str(row.get("name", ""))
