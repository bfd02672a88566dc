"""The registry: data sets brought under watch."""

from functools import partial
from typing import Any, cast

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from signal_factory.errors import InvalidEvent, NotFound

from ..application import Application
from ..documents import Item, read_value
from ..keys import Scope
from .access import App, Cursor, Limit, Urn, answer, needs
from .bodies import read_text

router = APIRouter(prefix="/api/v1/registry/datasets", tags=["registry"])
_READ = [needs(Scope.READ)]
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("", dependencies=_READ)
def list_registered(app: App, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Registrations in the order of their URNs."""
    return answer(app.log.told.registrations(cursor=cursor, limit=limit))


@router.get("/{urn}", dependencies=_READ)
def get_registered(app: App, urn: Urn) -> Response:
    """The registration of one data set, as it was sent last."""
    return answer(app.log.told.registration(urn))


@router.put("/{urn}", dependencies=[needs(Scope.OPERATE)], openapi_extra=_BODY)
async def put_registered(request: Request, app: App, urn: Urn) -> Response:
    """Register a data set, or replace its registration; in effect when answered."""
    text, _ = await read_text(request, app.settings)
    return await to_thread.run_sync(partial(_register, app, urn, text, request.url.path))


def _register(app: Application, urn: str, text: str, source: str) -> Response:
    body = _body(read_value(text), urn)
    is_new = not _is_known(app, urn)
    sorted_ = app.sort([Item(0, body)], kind="dataset", source=source)
    done = app.ingest(sorted_)
    if sorted_.refusals:
        raise sorted_.refusals[0].error
    applied = app.wait_applied(done.last, app.settings.request_timeout_s)
    return answer({**app.log.told.registration(urn), "applied": applied}, 201 if is_new else 200)


def _is_known(app: Application, urn: str) -> bool:
    try:
        app.log.told.registration(urn)
    except NotFound:
        return False
    return True


def _body(value: Any, urn: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidEvent("a registration should be a JSON object")
    body = cast("dict[str, Any]", value)
    if body.get("urn", urn) != urn:
        raise InvalidEvent("the body names another urn than the address", hint="Leave urn out of the body.")
    return {**body, "urn": urn}
