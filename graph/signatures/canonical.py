"""Reason codes and strings already in signature form."""

import re

from .lazy import Lazy
from .parts import join, part, type_pair
from .vocabulary import ALIASES, FAMILY_OF_KIND, FIELD_KINDS

_MAX_PARTS = 6
_MAX_CODE = 400
_MAX_VALUE = 32
_FORM = Lazy(r"([A-Z][A-Z0-9_]{1,63})((?::[^\s:\"'`]{1,100}){0,8})")
_CALL = Lazy(r"([A-Za-z][A-Za-z0-9_]{1,63})\s{0,3}[(\[{]([^()\[\]{}\n]{0,200})[)\]}]")
_PROSE = Lazy(
    r"([A-Za-z][A-Za-z0-9_]{1,63})\s{0,3}[:=]\s{0,3}([\w.`'\"→>-]{1,100}(?:\s?(?:->|=>|→)\s?[\w.(),]{1,60})?)"
)
_VALUE = Lazy(r"([A-Z][A-Z0-9_]{1,63}):([A-Za-z_][\w.]{0,99}):([^\n]{1,200})")
_TYPE_PAIR = Lazy(r"(.{1,80}?)\s{0,3}(?:->|=>|→)\s{0,3}(.{1,80})")
_URN_TAIL = Lazy(r":(?:urn:|ds:/|job:/).*", re.DOTALL)


def kind_for(code: str) -> str | None:
    """The vocabulary's kind for a code in any case, or None."""
    upper = code.upper()
    upper = ALIASES.get(upper, upper)
    return upper if upper in FAMILY_OF_KIND else None


def canonical(text: str) -> str | None:
    """The signature that ``text`` already is, in one of its accepted spellings; else None.

    Accepted: ``KIND:part``, ``KIND(part)``, ``KIND[a=b]``, ``kind: part``, a bare reason code.
    """
    text = text.strip()
    if len(text) > _MAX_CODE or "\n" in text:
        return None
    text = _URN_TAIL.sub("", text)
    return _signature_form(text) or _call_form(text) or _prose_form(text) or _value_form(text)


def _signature_form(text: str) -> str | None:
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    code, parts = match[1], match[2].split(":")[1:]
    kind = kind_for(code) or (code if "_" in code.strip("_") else None)
    return None if kind is None else _build(kind, parts)


def _call_form(text: str) -> str | None:
    match = _CALL.fullmatch(text)
    kind = kind_for(match[1]) if match else None
    if match is None or kind is None:
        return None
    return _build(kind, re.split(r"\s*[,=:;]\s*", match[2]))


def _prose_form(text: str) -> str | None:
    match = _PROSE.fullmatch(text)
    kind = kind_for(match[1]) if match and "_" in match[1] else None
    if match is None or kind is None:
        return None
    return _build(kind, match[2].split(":"))


def _value_form(text: str) -> str | None:
    """A code of a field whose value has blanks; one so long that it is a text is left out."""
    match = _VALUE.fullmatch(text)
    kind = kind_for(match[1]) if match else None
    if match is None or kind is None or kind not in FIELD_KINDS:
        return None
    return _build(kind, [match[2], *([match[3]] if len(match[3]) <= _MAX_VALUE else [])])


def _build(kind: str, parts: list[str]) -> str:
    return join(kind, [_part(p.strip("`'\" ")) for p in parts[:_MAX_PARTS]])


def _part(raw: str) -> str:
    pair = _TYPE_PAIR.fullmatch(raw)
    return type_pair(pair[1], pair[2]) if pair else part(raw)
