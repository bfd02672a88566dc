"""Request bodies: bounded in size and time before and after decompression."""

import asyncio
import zlib
from email.message import Message
from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from ..documents import MalformedBody, read_value
from ..settings import Settings
from .problems import BodyTimeout, BodyTooLarge, InvalidParameters, UnsupportedMedia, faults_of

_Model = TypeVar("_Model", bound=BaseModel)
_GZIP: Final = 31
_LINES: Final = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)


class _Inflater(Protocol):
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


async def read_model(request: Request, settings: Settings, model: type[_Model]) -> _Model:
    """The body as ``model``, within the limits that events have too.

    Raises:
        InvalidParameters: it does not have that shape.
        TransportError, MalformedBody: as ``read_text``.
    """
    text, _ = await read_text(request, settings)
    try:
        return model.model_validate(read_value(text))
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise InvalidParameters(faults_of(faults)) from None


def described(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a body that ``read_model`` reads."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


async def read_text(request: Request, settings: Settings) -> tuple[str, bool]:
    """The body as text, and whether its type says newline-delimited.

    Raises:
        UnsupportedMedia: not JSON or NDJSON, not UTF-8 by name, or an unknown encoding.
        BodyTooLarge: more than ``max_body_bytes``, also when only decompression shows it.
        BodyTimeout: not there within ``request_timeout_s``.
        MalformedBody: broken gzip, or not UTF-8.
    """
    is_lines = _check_type(request.headers.get("content-type", ""))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "x-gzip", "identity", ""}:
        raise UnsupportedMedia(f"content encoding {encoding[:40]!r} is not understood")
    data = await _received(request, settings)
    if "gzip" in encoding:
        data = await asyncio.to_thread(gunzip, data, settings.max_body_bytes)
    return _decoded(data), is_lines


def gunzip(data: bytes, limit: int) -> bytes:
    """Decompress gzip (several members too) into at most ``limit`` bytes.

    Raises:
        BodyTooLarge: there is more in it.
        MalformedBody: not gzip, or it ends early.
    """
    parts: list[bytes] = []
    left = limit
    while data:
        inflater = zlib.decompressobj(_GZIP)
        part = _inflated(inflater, data, left + 1)
        left -= len(part)
        if left < 0:
            raise BodyTooLarge(f"the body is larger than {limit} bytes once decompressed")
        parts.append(part)
        data = inflater.unused_data
    if not parts:
        raise MalformedBody("the gzip body is empty")
    return b"".join(parts)


def _inflated(inflater: _Inflater, data: bytes, limit: int) -> bytes:
    try:
        part = inflater.decompress(data, limit)
    except zlib.error as error:
        raise MalformedBody(f"the body is not gzip: {error}") from None
    if not inflater.eof and len(part) < limit:
        raise MalformedBody("the gzip body is truncated")
    return part


async def _received(request: Request, settings: Settings) -> bytes:
    limit = settings.max_body_bytes
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    data = bytearray()
    try:
        async with asyncio.timeout(settings.request_timeout_s):
            async for chunk in request.stream():
                data += chunk
                if len(data) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        raise BodyTimeout(f"the body took longer than {settings.request_timeout_s:g} s") from None
    except ClientDisconnect:
        raise MalformedBody("the connection closed before the body was complete") from None
    return bytes(data)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than {limit} bytes")


def _check_type(header: str) -> bool:
    message = Message()
    message["content-type"] = header or "application/json"
    media = message.get_content_type() if "/" in (header or "/") else header
    charset = message.get_content_charset("utf-8")
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMedia(f"charset {charset[:40]!r} is not understood")
    if media in _LINES:
        return True
    if media == "application/json" or (media.startswith("application/") and media.endswith("+json")):
        return False
    raise UnsupportedMedia(f"content type {media[:80]!r} is not understood")


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedBody(
            f"the body is not UTF-8: byte {error.start} is {data[error.start]:#04x}"
        ) from None
    if not text.strip():
        raise MalformedBody("the body is empty")
    return text
