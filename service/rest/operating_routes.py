"""Is it well: health, readiness, metrics, and the events that found no place."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from ..keys import Scope
from .access import App, Caller, Limit, answer, needs
from .problems import MEDIA_TYPE, problem

router = APIRouter(tags=["operations"])
_OPERATE = [needs(Scope.OPERATE)]


@router.get("/health")
def health() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


@router.get("/ready")
def ready(app: App) -> Response:
    """The log is open and what the start found in it is applied."""
    state = app.readiness()
    if state["ready"]:
        return answer(state)
    detail = state["failure"] or f"{state['backlog']} events wait to be applied"
    document = problem(503, "not_ready", detail, hint="Ask again soon.", instance="/ready", **state)
    return JSONResponse(document, 503, {"Retry-After": str(app.settings.retry_after_s)}, MEDIA_TYPE)


@router.get("/metrics")
def metrics(app: App) -> Response:
    """Counters and gauges for Prometheus."""
    return Response(app.metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/api/v1/stats", dependencies=[needs(Scope.READ)])
def stats(app: App) -> Response:
    """Events, duplicates, nodes, edges and the graph's hash."""
    return answer(app.stats())


@router.get("/api/v1/budgets", dependencies=[needs(Scope.READ)])
def budgets(app: App) -> Response:
    """False alarms of each engine in 30 days, and which engines open no incidents because of them."""
    return answer(app.budgets())


@router.post("/api/v1/budgets/{signal_type}/reset", dependencies=[needs(Scope.APPROVE)])
def reset_budget(app: App, caller: Caller, signal_type: str) -> Response:
    """Hear an engine again; durable when answered."""
    return answer(app.reset_budget(signal_type, caller.name))


@router.get("/api/v1/rejected", dependencies=_OPERATE)
def rejected(
    app: App, cursor: Annotated[int | None, Query(ge=0, le=2**62)] = None, limit: Limit = 50
) -> Response:
    """What was refused and why, newest first; bodies stay in the data directory."""
    counts = app.log.rejected_counts()
    items = app.log.rejected(before=cursor, limit=limit + 1)
    page, more = items[:limit], len(items) > limit
    following = str(page[-1]["id"]) if more else None
    return answer(_bounded(page, sum(counts.values()), following) | {"counts": counts})


@router.get("/api/v1/unplaced", dependencies=_OPERATE)
def unplaced(app: App, limit: Limit = 50) -> Response:
    """Accepted events that could not be placed in the graph."""
    return answer(_cut(app.unplaced(), limit))


@router.get("/api/v1/unresolved", dependencies=_OPERATE)
def unresolved(app: App, limit: Limit = 50) -> Response:
    """Names that no rule maps to a known data set, with the nearest suggestions."""
    return answer(_cut(app.unresolved(), limit))


def _cut(items: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    return _bounded(items[:limit], len(items), None)


def _bounded(items: list[dict[str, Any]], total: int, following: str | None) -> dict[str, Any]:
    partial = following is not None or len(items) < total
    return {
        "items": items,
        "total": total,
        "returned": len(items),
        "is_partial": partial,
        "next_cursor": following,
    }
