"""Signature parts: bounded, sanitised tokens that never carry a secret or a personal value."""

import re
from collections.abc import Iterable

from .lazy import Lazy

MAX_SIGNATURE = 160
MAX_PART = 64
REDACTED = "REDACTED"

_FORBIDDEN = Lazy(r"[^A-Za-z0-9_.-]+")
_EDGES = Lazy(r"^[^A-Za-z0-9_]+|[^A-Za-z0-9_]+$")
_EMAIL = Lazy(r"[^\s@]+@[^\s@]+")
_DIGITS = Lazy(r"\d(?:[\s.-]?\d){6,}")
_TOKEN = Lazy(r"(?:AKIA|ASIA|eyJ|gh[pousr]_|sk-|xox[abp]-|AIza)[A-Za-z0-9_-]{6,}")
_RANDOM = Lazy(r"(?=[A-Za-z_-]*\d)(?=[A-Z0-9_-]*[a-z])(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{16,}")
_WORDS = Lazy(r"(?:[A-Za-z]+|\d{1,3})(?:[_-](?:[A-Za-z]+|\d{1,3})){2,}")
_HEX = Lazy(r"(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}", re.IGNORECASE)
# What SQL Server puts behind a constraint that nobody named.
_GENERATED = Lazy(r"(?<=\w)__[0-9A-F]{8,16}\b")
_TYPE_ARGS = Lazy(r"\s*[(<\[].{0,200}", re.DOTALL)
_TYPE_SYNONYMS = {
    "INTEGER": "INT",
    "LONG": "BIGINT",
    "CHARACTER_VARYING": "VARCHAR",
    "STR": "STRING",
    "STRINGTYPE": "STRING",
    "INTEGERTYPE": "INT",
    "LONGTYPE": "BIGINT",
    "DOUBLETYPE": "DOUBLE",
    "DATETYPE": "DATE",
    "TIMESTAMPTYPE": "TIMESTAMP",
    "BOOLEANTYPE": "BOOLEAN",
    "BOOL": "BOOLEAN",
    "DECIMALTYPE": "DECIMAL",
}


def looks_sensitive(value: str) -> bool:
    """Whether a value may be a person's or a credential: e-mail, long digits, token, random id."""
    return any(rx.search(value) for rx in (_EMAIL, _DIGITS, _TOKEN)) or any(
        rx.fullmatch(value) and not _WORDS.fullmatch(value) for rx in (_RANDOM, _HEX)
    )


def part(value: str) -> str:
    """``value`` as one part, or ``REDACTED``, or "" when nothing printable is left."""
    value = value.strip()
    if looks_sensitive(value[:200]):
        return REDACTED
    plain = _FORBIDDEN.sub("_", _EDGES.sub("", value[:200]))[:MAX_PART].rstrip(".-")
    return REDACTED if looks_sensitive(plain) else plain


def type_name(value: str) -> str:
    """A data type without its arguments, upper case: ``decimal(10,2)`` is ``DECIMAL``."""
    base = part(_TYPE_ARGS.sub("", value.strip().strip("`'\"")).upper())
    return _TYPE_SYNONYMS.get(base, base)


def type_pair(old: str, new: str) -> str:
    """``DECIMAL→STRING``; the arguments stay when they are all that differs."""
    pair = (type_name(old), type_name(new))
    if pair[0] == pair[1] and old.strip().lower() != new.strip().lower():
        pair = (part(old.upper()), part(new.upper()))
    return "→".join(p[: MAX_PART // 2 - 1].rstrip(".-") or "UNKNOWN" for p in pair)


def identifier(value: str) -> str:
    """The last component of a possibly quoted and qualified name: ``db.`t`.`id``` is ``id``."""
    value = value.strip().strip("`'\"[]").rstrip(".,;:")
    value = _GENERATED.sub("", value)
    pieces = [p.strip("`'\"[] ") for p in re.split(r"[.](?=[^.])", value)]
    return part(next((p for p in reversed(pieces) if p), ""))


_PUNCTUATION = {
    ".": "dot",
    ",": "comma",
    ";": "semicolon",
    "(": "open_paren",
    ")": "close_paren",
    "=": "equals",
}


def token(value: str) -> str:
    """A token of a language that a parser stumbled over; numbers and punctuation by name."""
    value = value.strip("<>").rstrip(".,:") or value
    if value.replace(".", "").isdigit():
        return "NUMBER"
    return _PUNCTUATION.get(value) or part(value) or "punctuation"


def join(kind: str, parts: Iterable[str] = ()) -> str:
    """``KIND:part:part`` within ``MAX_SIGNATURE``; empty parts are left out."""
    out = kind[:MAX_PART]
    for item in parts:
        if item and len(out) + 1 + len(item) <= MAX_SIGNATURE:
            out = f"{out}:{item}"
    return out
