"""Data sets: health, lineage, signals, changes; and single evidence records."""

from fastapi import APIRouter
from starlette.responses import Response

from ..keys import Scope
from .access import App, Cursor, Hops, Limit, Nodes, Since, Urn, answer, needs

router = APIRouter(prefix="/api/v1", tags=["datasets"], dependencies=[needs(Scope.READ)])


@router.get("/datasets")
def list_datasets(app: App, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Every data set seen or registered."""
    return answer(app.read_model.datasets(cursor=cursor, limit=limit))


@router.get("/datasets/{urn}")
def get_dataset(app: App, urn: Urn) -> Response:
    """Health of one: status, signals now, last good, watermark, owner, direct lineage."""
    return answer(app.read_model.dataset(urn))


@router.get("/datasets/{urn}/blast-radius")
def get_blast_radius(app: App, urn: Urn, max_hops: Hops = 3, max_nodes: Nodes = 1_000) -> Response:
    """What stands downstream and is hit."""
    return answer(app.read_model.blast_radius(urn, max_hops=max_hops, max_nodes=max_nodes))


@router.get("/datasets/{urn}/upstream")
def get_upstream(app: App, urn: Urn, max_hops: Hops = 3, max_nodes: Nodes = 1_000) -> Response:
    """What stands upstream."""
    return answer(app.read_model.upstream(urn, max_hops=max_hops, max_nodes=max_nodes))


@router.get("/datasets/{urn}/signals")
def get_signals(app: App, urn: Urn, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Signals, newest first."""
    return answer(app.read_model.signals(urn, cursor=cursor, limit=limit))


@router.get("/datasets/{urn}/changes")
def get_changes(app: App, urn: Urn, since: Since, limit: Limit = 50) -> Response:
    """Deployments and schema changes at or upstream of it, newest first."""
    return answer(app.read_model.changes(urn, since=since, limit=limit))


@router.get("/evidence/{evidence_id}")
def get_evidence(app: App, evidence_id: str) -> Response:
    """One evidence record."""
    return answer(app.read_model.evidence(evidence_id))
