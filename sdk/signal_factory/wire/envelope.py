"""The envelope of contract §3: when the platform received what.

Whatever arrives either becomes an ``Envelope`` that can be stored, hashed and
written again as JSON, or an ``InvalidEvent`` that says what is wrong.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isinf
from typing import Any, NoReturn

from ..errors import InvalidEvent
from ..times import parse_time
from .shapes import is_list, is_object

KINDS: tuple[str, ...] = (
    "evidence",
    "openlineage",
    "deployment",
    "job_event",
    "write_event",
    "dataset",
    "mapping",
    "tick",
)
"""The kinds of contract §2."""

MAX_DEPTH = 100
"""How deep the objects and arrays of an event may nest."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One received event: ``time`` in UTC, one of ``KINDS``, and its body as sent."""

    time: datetime
    kind: str
    body: dict[str, Any]


def read_line(text: str | bytes) -> Envelope:
    """One line of newline-delimited JSON (contract §3, rule 15).

    Raises:
        InvalidEvent: not JSON, not an object, no known ``kind``, or a bad ``time``.
    """
    decoded = _decoded(text)
    found = _opened(_loaded(decoded), None)
    return found if _is_plain(decoded) else Envelope(found.time, found.kind, storable(found.body))


def read_json(text: str | bytes) -> object:
    """RFC 8259 JSON, without Python's extensions and without repeated keys.

    Raises:
        InvalidEvent: the text is not JSON, or two readers could take it in two ways.
    """
    return _loaded(_decoded(text))


def read_envelope(obj: object, *, default_time: datetime | None = None) -> Envelope:
    """The envelope that ``obj``, parsed from JSON, holds; ``default_time`` stands in for a missing time.

    Raises:
        InvalidEvent: it is not an object, or its kind, time or body is missing or wrong.
    """
    found = _opened(obj, default_time)
    return Envelope(found.time, found.kind, storable(found.body))


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidEvent("not JSON: not UTF-8 text") from None


def _loaded(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_distinct)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        fault = error.msg.removesuffix(" at")  # some of json's messages end in the word that follows here
        raise InvalidEvent(f"not JSON: {fault} at character {error.pos + 1}") from None
    except ValueError:
        raise InvalidEvent("not JSON: a number with too many digits") from None


def _is_plain(text: str) -> bool:
    """Whether JSON that was read from ``text`` needs no look at its values to be storable."""
    return text.isascii() and "\\u" not in text and text.count("{") + text.count("[") <= MAX_DEPTH


def _opened(obj: object, default_time: datetime | None) -> Envelope:
    if not is_object(obj):
        raise InvalidEvent("an envelope should be a JSON object")
    return Envelope(_time(obj.get("time"), default_time), _kind(obj.get("kind")), _body(obj))


def _kind(kind: object) -> str:
    if kind is None:
        raise InvalidEvent("the envelope has no kind", hint=f"Kinds are {', '.join(KINDS)}.")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidEvent("the envelope's kind is unknown", hint=f"Kinds are {', '.join(KINDS)}.")
    return kind


def _time(time: object, default: datetime | None) -> datetime:
    if time is None and default is not None:
        return default
    if time is None:
        raise InvalidEvent("the envelope has no time", hint="Write times like 2026-01-19T02:00:00Z.")
    if not isinstance(time, str):
        raise InvalidEvent("the envelope's time is not text", hint="Write times like 2026-01-19T02:00:00Z.")
    return parse_time(time)


def _body(obj: dict[str, Any]) -> dict[str, Any]:
    body = obj.get("body")
    if body is None and obj.get("kind") == "tick":
        return {}
    if not is_object(body):
        raise InvalidEvent("the envelope's body should be a JSON object")
    return body


def storable(body: dict[str, Any]) -> dict[str, Any]:
    """``body`` when it can be written as JSON and as UTF-8; lone surrogates become U+FFFD.

    Raises:
        InvalidEvent: it holds NaN or an infinity, nests too deep, or is no JSON at all.
    """
    text = _as_text(body)
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(body)
    try:
        text.encode()
    except UnicodeEncodeError:
        repaired: dict[str, Any] = json.loads(
            text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
        return repaired
    return body


def _as_text(body: dict[str, Any]) -> str:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False)
    except RecursionError:
        raise _too_deep() from None
    except (ValueError, TypeError):
        raise InvalidEvent("the body holds a value that JSON has no form for, such as NaN") from None


def _check_depth(body: dict[str, Any]) -> None:
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _containers(parent)]
        if not level:
            return
    raise _too_deep()


def _containers(parent: Any) -> Iterator[Any]:
    values: Iterable[Any] = parent.values() if is_object(parent) else parent
    return (value for value in values if is_object(value) or is_list(value))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidEvent("an object has the same key twice")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise InvalidEvent("not JSON: a number too large for any reader")
    return number


def _no_constant(_: str) -> NoReturn:
    raise InvalidEvent("not JSON: NaN and infinities are not JSON numbers")


def _too_deep() -> InvalidEvent:
    return InvalidEvent(f"the JSON nests deeper than {MAX_DEPTH} levels")
