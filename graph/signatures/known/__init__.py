"""Messages that tools are known to say: a fragment in any wrapping tells which failure it is.

A table is text, a line a failure: ``KIND:part = fragment | fragment``. In a fragment ``*`` stands for some
characters of the same line, ``{}`` for a name that becomes the last part, ``~`` for what joins the words of a code;
case, quotes and blanks do not count.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..lazy import Lazy
from ..parts import identifier, join

_WORD = Lazy(r"[a-z_]{4,60}")
_WHOLE = Lazy(r"(?<![\w*}-])[a-z_]{4,60}(?![\w*{-])")
_SUFFIX = Lazy(r"(?<=[a-z]{4})(?:error|exception|failure)$")
_UNABLE = Lazy(
    r"\b(?:can ?not|can['’]?t|could ?n['’]?t|could not|unable to|not able to|fail(?:ed|s|ure)? to)\b"
)
_NEGATED = Lazy(r"(?<=[a-z]{2})n['’]t\b")
_PIECE = re.compile(r"\*|\{\}|[A-Za-z0-9_]+|\s+|.")
_WILD = {"*": r"[^\n]{0,100}?", "{}": r"[`'\"\[(‘“\\]{0,3}(?P<name>[\w$.`-]{1,100})[`'\"\])’”\\]{0,3}"}
_QUOTE = r"[`'\"‘’“”\\]{0,2}"


class Known(NamedTuple):
    """One fragment: where it stands in the tables and the failure it tells."""

    order: int
    signature: str
    fragment: str


def known_failure(lowered: str) -> str | None:
    """The failure that ``lowered`` (a message in lower case) is known to tell, or None."""
    index = _index()
    lowered = _plain(lowered)
    words = dict.fromkeys(each for word in _WORD.findall(lowered) for each in (word, _SUFFIX.sub("", word)))
    candidates = sorted(
        {each for word in words for each in index.get(word, ())}, key=lambda known: known.order
    )
    for candidate in candidates:
        match = _compiled(candidate.fragment).search(lowered)
        if match:
            named = match.groupdict().get("name")
            return join(*_split(candidate.signature, named))
    return None


def _plain(text: str) -> str:
    """With one form for what may be said in several: "can't", "could not" and "unable to"."""
    return _NEGATED.sub(" not", _UNABLE.sub("cannot", text))


def _split(signature: str, named: str | None) -> tuple[str, list[str]]:
    kind, *parts = signature.split(":")
    return kind, [*parts, identifier(named)] if named else parts


@cache
def _index() -> dict[str, list[Known]]:
    index: dict[str, list[Known]] = {}
    for order, (signature, fragment) in enumerate(entries()):
        index.setdefault(key_of(fragment), []).append(Known(order, signature, fragment))
    return index


@cache
def _compiled(fragment: str) -> re.Pattern[str]:
    return re.compile(pattern_of(fragment))


def entries() -> Iterator[tuple[str, str]]:
    """Every signature with each of its fragments, in the order of the tables."""
    from .tables import TABLES

    for table in TABLES:
        for line in filter(None, map(str.strip, table.splitlines())):
            signature, _, fragments = line.partition(" = ")
            for fragment in fragments.split(" | "):
                yield from ((signature, _plain(each)) for each in _written(fragment.strip()))


def _written(fragment: str) -> tuple[str, ...]:
    """The ways in which a code of several words is written: INVALID_TOPIC, InvalidTopic, "invalid topic"."""
    if "~" not in fragment:
        return (fragment,)
    return tuple(dict.fromkeys(fragment.replace("~", joint) for joint in ("", "_", " ")))


def key_of(fragment: str) -> str:
    """The fragment's longest whole word, by which it is looked up."""
    return max(_WHOLE.findall(fragment), key=len, default="")


def pattern_of(fragment: str) -> str:
    """The fragment as a regular expression."""
    pieces: list[str] = []
    for piece in _PIECE.findall(fragment.replace(" * ", "*")):
        if piece in _WILD:
            pieces.append(_WILD[piece])
        elif piece.isspace():
            pieces.append(rf"{_QUOTE}\s{{1,6}}{_QUOTE}")
        elif piece in "'’":
            pieces.append("['’]?")
        else:
            pieces.append(re.escape(piece))
    front = r"(?<![a-z])" if fragment[0].isalpha() else ""
    if pieces[-1] == "failed":  # "failed to" stands in its one form by now
        pieces[-1] = "(?:failed|cannot)"
    return front + "".join(pieces)
