"""A recogniser: cheap needles first, then a regular expression whose groups become parts."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .cause import cause_words
from .frames import user_frame
from .lazy import Lazy
from .parts import identifier, join, part, token, type_name, type_pair
from .root import Raised
from .template import joined

NAME = r"[\w$@-]{1,100}(?:[`'\"\]]{0,2}\.[`'\"\[]{0,2}[\w$@-]{1,100}){0,6}"
OPEN = r"[`'\"\[(‘“\\]{0,4}"


def name(group: str) -> str:
    """A pattern for a name, quoted in any style or not, qualified or not."""
    return rf"{OPEN}(?P<{group}>{NAME})"


def http(code: str) -> str:
    """A pattern for an HTTP status where it stands for one; a bare number is not evidence."""
    return (
        rf"(?:\b(?:HTTP(?:/\d(?:\.\d)?)?|status(?:[ _-]?code)?|response|code|returned|got)[\]\s:=\"'(]{{1,4}}{code}\b"
        rf"|(?:^|[:(]\s?){code} (?-i:[A-Z])|\b{code} (?:client|server) error|\breturned error: {code}\b|\btoo many {code} error)"
    )


def quoted(group: str) -> str:
    """A pattern for whatever stands between quotes, spaces included."""
    return rf"\\?[`'\"‘“](?P<{group}>[^`'\"’”\n\\]{{1,100}})\\?[`'\"’”]"


Convert = Callable[[str], str]
# A group's name up to its underscore says what it holds.
CONVERT: Mapping[str, Convert] = {
    "field": identifier,
    "table": identifier,
    "type": type_name,
    "value": part,
    "word": part,
    "code": lambda text: part(
        "".join(each.capitalize() for each in text.split("_")) if "_" in text else text
    ),
    "lower": lambda text: part(text.lower()),
    "token": token,
    "cls": lambda text: part(re.split(r"[.$]", text.strip("`'\""))[-1]),
}


class Rule(NamedTuple):
    """When a needle (lower case) and ``pattern`` are found, the failure is ``kind`` with ``parts``.

    A part is a group's name, ``=literal``, ``pair`` (groups ``old`` and ``new``) or
    ``frame`` (the user's own class or function), ``exception`` (its class) or ``words`` (its message's).
    """

    kind: str
    needles: tuple[str, ...]
    pattern: Lazy
    parts: tuple[str, ...] = ()

    def apply(self, haystack: str, lowered: str, raised: Raised) -> str | None:
        """The signature, or None when this rule does not recognise the failure."""
        if not any(needle in lowered for needle in self.needles):
            return None
        match = self.pattern.search(haystack)
        return join(self.kind, [_render(p, match, raised) for p in self.parts]) if match else None


def rule(kind: str, needles: str, pattern: str, *parts: str) -> Rule:
    """A ``Rule``; alternatives among the needles are separated by ``|``."""
    return Rule(kind, tuple(needles.lower().split("|")), Lazy(pattern, re.IGNORECASE), parts)


def _render(item: str, match: re.Match[str], raised: Raised) -> str:
    if item.startswith("="):
        return item[1:]
    if item == "frame":
        return user_frame(raised.frames)
    if item == "frame_or_cls":
        return user_frame(raised.frames) or CONVERT["cls"](match["cls"] or "")
    if item == "exception":
        return part(raised.cls)
    if item == "words":
        return part(joined(cause_words(raised.message, bool(raised.qualified)).words))
    groups = match.groupdict()
    if item == "pair":
        return type_pair(groups["old"] or "", groups["new"] or "")
    names = [g for g in groups if g == item or g.startswith(f"{item}_")]
    text = next((groups[g] for g in names if groups[g]), "")
    return CONVERT[item.split("_", maxsplit=1)[0]](text)
