"""What comes in: envelopes, OpenLineage, evidence, deployments."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Final, TypeAlias

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from signal_factory.errors import InvalidEvent

from ..application import Application, Overloaded
from ..documents import Item, read_items, read_lines
from ..entries import Appended
from ..intake import Refusal, Sorted
from ..keys import Scope
from .access import App, answer, needs
from .bodies import read_text
from .problems import BodyTooLarge, problem_of, status_of

router = APIRouter(prefix="/api/v1", tags=["ingest"], dependencies=[needs(Scope.INGEST)])
Wait: TypeAlias = Annotated[bool, Query(description="Answer only once the events have had their effect.")]
_OBJECT: Final = {"type": "object"}
_ONE_OR_MANY: Final = {"oneOf": [_OBJECT, {"type": "array", "items": _OBJECT}]}


def _body(schema: dict[str, Any], *, lines: bool = False) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    if lines:
        content["application/x-ndjson"] = {"schema": {"type": "string"}}
    return {"requestBody": {"required": True, "content": content}}


@router.post("/lineage", openapi_extra=_body(_OBJECT))
async def post_lineage(request: Request, app: App, wait: Wait = False) -> Response:
    """One OpenLineage event: RunEvent, JobEvent or DatasetEvent."""
    sorted_, done = await _take(request, app, kind="openlineage", single=True)
    return await _outcome(request, app, sorted_, done, wait=wait)


@router.post("/lineage/batch", openapi_extra=_body({"type": "array", "items": _OBJECT}))
async def post_lineage_batch(request: Request, app: App, wait: Wait = False) -> Response:
    """Many OpenLineage events; each that fails is named with its reason, the others are taken."""
    sorted_, done = await _take(request, app, kind="openlineage")
    if wait:
        await _applied(app, done)
    return answer(_batch_document(sorted_))


@router.post("/events", openapi_extra=_body(_ONE_OR_MANY, lines=True))
async def post_events(request: Request, app: App, wait: Wait = False) -> Response:
    """Envelopes: one, an array, or newline-delimited JSON. ``time`` defaults to now."""
    sorted_, done = await _take(request, app, kind=None)
    return await _outcome(request, app, sorted_, done, wait=wait)


@router.post("/evidence", openapi_extra=_body(_ONE_OR_MANY, lines=True))
async def post_evidence(request: Request, app: App, wait: Wait = False) -> Response:
    """Evidence: one record, an array, or newline-delimited JSON."""
    sorted_, done = await _take(request, app, kind="evidence")
    return await _outcome(request, app, sorted_, done, wait=wait)


@router.post("/deployments", openapi_extra=_body(_ONE_OR_MANY, lines=True))
async def post_deployments(request: Request, app: App, wait: Wait = False) -> Response:
    """Deployments, in our own shape or as CDEvents."""
    sorted_, done = await _take(request, app, kind="deployment")
    return await _outcome(request, app, sorted_, done, wait=wait)


async def _take(
    request: Request, app: Application, *, kind: str | None, single: bool = False
) -> tuple[Sorted, Appended]:
    """Read, sort and store what a request brings; durable when it returns."""
    async with _place(request, app):
        text, is_lines = await read_text(request, app.settings)
        work = partial(_store, app, text, is_lines, kind, single, request.url.path)
        return await to_thread.run_sync(work, limiter=request.app.state.intake)


def _store(
    app: Application, text: str, is_lines: bool, kind: str | None, single: bool, source: str
) -> tuple[Sorted, Appended]:
    items = read_lines(text) if is_lines else read_items(text)
    if len(items) > app.settings.max_batch:
        raise BodyTooLarge(
            f"{len(items)} events in one request; at most {app.settings.max_batch} are taken",
            hint="Send them in several requests, or raise SF_MAX_BATCH.",
        )
    sorted_ = app.sort(_only_one(items) if single else items, kind=kind, source=source)
    return sorted_, app.ingest(sorted_)


def _only_one(items: list[Item]) -> list[Item]:
    if len(items) != 1:
        raise InvalidEvent(
            f"one event belongs here, not {len(items)}", hint="POST an array to /api/v1/lineage/batch."
        )
    return items


async def _outcome(
    request: Request, app: Application, sorted_: Sorted, done: Appended, *, wait: bool
) -> JSONResponse:
    document = _counts(sorted_, done)
    if sorted_.refusals and not sorted_.rows:
        return _all_refused(request, app, sorted_.refusals, document)
    if wait:
        document["applied"] = await _applied(app, done)
    return answer(document)


def _counts(sorted_: Sorted, done: Appended) -> dict[str, Any]:
    rejected = [
        {
            "index": refusal.index,
            "reason": str(refusal.error),
            "code": refusal.error.code,
            "hint": refusal.error.hint,
        }
        for refusal in sorted_.refusals
    ]
    return {"accepted": done.is_new.count(True), "duplicates": done.duplicates, "rejected": rejected}


def _all_refused(
    request: Request, app: Application, refusals: Sequence[Refusal], document: dict[str, Any]
) -> JSONResponse:
    first = min(refusals, key=lambda refusal: status_of(refusal.error) == 422)
    return problem_of(first.error, request.url.path, app.settings.retry_after_s, **document)


def _batch_document(sorted_: Sorted) -> dict[str, Any]:
    """OpenLineage's own answer (spec/OpenLineage.yml of the OpenLineage project, ``/lineage/batch``)."""
    failed, taken = len(sorted_.refusals), len(sorted_.rows)
    summary = {
        "received": taken + failed,
        "successful": taken,
        "failed": failed,
        "retriable": 0,
        "non_retriable": failed,
    }
    events = [
        {"index": refusal.index, "reason": str(refusal.error), "retriable": False}
        for refusal in sorted_.refusals
    ]
    status = "partial_success" if failed else "success"
    return {"status": status, "summary": summary, "failed_events": events}


async def _applied(app: Application, done: Appended) -> bool:
    work = partial(app.wait_applied, done.last, app.settings.request_timeout_s)
    return await to_thread.run_sync(work, limiter=CapacityLimiter(1))  # waiting takes nobody's place


@asynccontextmanager
async def _place(request: Request, app: Application) -> AsyncGenerator[None]:
    """One of ``max_inflight`` places, so that bodies in memory stay bounded."""
    state = request.app.state
    if state.inflight >= app.settings.max_inflight:
        raise Overloaded(f"{state.inflight} requests are being taken in already")
    state.inflight += 1
    try:
        yield
    finally:
        state.inflight -= 1
