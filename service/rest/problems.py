"""Every error is a problem document (RFC 9457) with a stable code and a hint."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from signal_factory.errors import (
    BackendUnavailable,
    CallerError,
    InvalidEvent,
    InvalidIdentifier,
    NotFound,
    SignalFactoryError,
)

from ..documents import MalformedBody
from ..intake import OversizedEvent

_LOG = logging.getLogger("signal_factory.service.rest")
MEDIA_TYPE: Final = "application/problem+json"
_CODES: Final = {404: "not_found", 405: "method_not_allowed"}
_HINTS: Final = {
    404: "GET /openapi.json lists what can be called.",
    405: "The Allow header names the methods this address takes.",
}


class TransportError(CallerError):
    """A request that fails before its content is looked at; ``status`` is the HTTP status."""

    status = 400
    headers: ClassVar[Mapping[str, str]] = {}


class BodyTooLarge(TransportError):
    """More bytes than one request may have, after decompression."""

    status = 413
    code = "body_too_large"
    hint = "Send fewer events in one request, or raise SF_MAX_BODY_BYTES."


class UnsupportedMedia(TransportError):
    """A content type or encoding that is not understood."""

    status = 415
    code = "unsupported_media_type"
    hint = "Send application/json or application/x-ndjson in UTF-8, plain or with Content-Encoding: gzip."
    headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/json, application/x-ndjson",
        "Accept-Encoding": "gzip, identity",
    }


class BodyTimeout(TransportError):
    """A body that did not arrive in time."""

    status = 408
    code = "request_timeout"
    hint = "Send the body at once, or raise SF_REQUEST_TIMEOUT_S."


class InvalidParameters(TransportError):
    """A query or a body that does not have the shape of the call."""

    status = 422
    code = "invalid_parameters"
    hint = "GET /openapi.json says what each parameter may be."


class Unauthenticated(TransportError):
    """No key, or one that is not known."""

    status = 401
    code = "unauthenticated"
    hint = "Send Authorization: Bearer <key>. The local key is in the data directory; `sf keys` makes more."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="signal-factory"'}


class Forbidden(TransportError):
    """A known key whose role does not cover the call."""

    status = 403
    code = "forbidden"
    hint = "Use a key with a role that covers this call; `sf keys add --role …` makes one."


class WrongHost(TransportError):
    """A request for another host's name, as in DNS rebinding."""

    status = 421
    code = "wrong_host"
    hint = "Call it as localhost or 127.0.0.1, or name the host in SF_ALLOWED_HOSTS."


def status_of(error: SignalFactoryError) -> int:
    """The HTTP status of one of our errors."""
    if isinstance(error, TransportError):
        return error.status
    known: tuple[tuple[type[SignalFactoryError], int], ...] = (
        (NotFound, 404),
        (InvalidIdentifier, 400),
        (MalformedBody, 400),
        (OversizedEvent, 413),
        (InvalidEvent, 422),
        (CallerError, 400),
        (BackendUnavailable, 503),
    )
    return next((status for family, status in known if isinstance(error, family)), 500)


def problem(
    status: int, code: str, detail: str, *, hint: str = "", instance: str = "", **more: Any
) -> dict[str, Any]:
    """The members of a problem document; ``more`` are extension members."""
    title = HTTPStatus(status).phrase
    told = {"type": f"urn:signal-factory:problem:{code}", "title": title, "status": status, "detail": detail}
    return {**told, "code": code, "hint": hint, "instance": instance, **more}


def problem_of(error: SignalFactoryError, instance: str, retry_after_s: int, **more: Any) -> JSONResponse:
    """The response for one of our errors."""
    status = status_of(error)
    headers = dict(error.headers) if isinstance(error, TransportError) else {}
    if status == 503:
        headers["Retry-After"] = str(retry_after_s)
    document = problem(status, error.code, str(error), hint=error.hint, instance=instance, **more)
    return JSONResponse(document, status, headers, MEDIA_TYPE)


def install(app: FastAPI, retry_after_s: int) -> None:
    """Answer every exception with a problem document."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, SignalFactoryError)  # noqa: S101 - registered for this family
        return problem_of(error, request.url.path, retry_after_s)

    app.add_exception_handler(SignalFactoryError, ours)
    app.add_exception_handler(RequestValidationError, _invalid_parameters)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _invalid_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this family
    return problem_of(InvalidParameters(faults_of(error.errors())), request.url.path, 0)


def faults_of(errors: Sequence[Any]) -> str:
    """The first few faults that pydantic found, by place; never a value that was sent."""
    return "; ".join(
        f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}" for fault in errors[:5]
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this family
    status = error.status_code
    code = _CODES.get(status, "http_error")
    detail = f"{request.method} {request.url.path}: {HTTPStatus(status).phrase.lower()}"
    document = problem(status, code, detail[:600], hint=_HINTS.get(status, ""), instance=request.url.path)
    return JSONResponse(document, status, error.headers, MEDIA_TYPE)


async def _unexpected(request: Request, error: Exception) -> Response:
    _LOG.error("unexpected %s in %s %s", type(error).__name__, request.method, request.url.path)
    detail = "the server failed to answer; its log has the details"
    document = problem(500, "internal", detail, hint=SignalFactoryError.hint, instance=request.url.path)
    return JSONResponse(document, 500, media_type=MEDIA_TYPE)
