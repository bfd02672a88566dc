"""The fallback: a message with its variables masked, as a few words."""

import re

from .lazy import Lazy
from .parts import part

_MAX_WORDS = 9
_LEAST_WORDS = 4
_KEYWORDS = (
    r"(?:column|field|table|view|relation|database|schema|topic|key|attribute|module|name|named|argument|keyword|"
    r"option|parameter|property|type|class|function|method|operator|variable|extension|format|connector|provider|"
    r"config|setting|dtype|object|command|plugin|service|action|permission|role|catalog|feature|identifier|macro|"
    r"package|library|symbol|driver|codec|index|constraint|model|source|test|task|operation)"
)
_QUOTED_NAME = Lazy(
    rf"\b({_KEYWORDS}s?)(\s{{0,2}}[:=]?\s{{0,2}})[`'\"‘“]([A-Za-z_][\w.]{{0,60}})[`'\"’”]", re.IGNORECASE
)
_MASKS = tuple(
    Lazy(p)
    for p in (
        r"\b[a-z][a-z0-9+.-]{1,20}:/{1,3}[^\s'\"`,;)>\]]{0,300}",
        r"\b\w[\w.+-]{0,60}@\w[\w.-]{0,60}",
        r"(?<![\w.])(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w.@%+=~${}\\/-]{1,300}",
        r"\b[\w.-]{1,80}(?:/[\w.=@%+~-]{1,100}){2,20}",
        r"<[^<>\n]{0,200}>",
        r"\b0x[0-9a-fA-F]+\b",
        r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
        r"(?<![A-Za-z])[`'\"‘“][^`'\"’”\n]{0,300}[`'\"’”]",
        r"\[[^\[\]\n]{0,600}\]",
        r"\{[^{}\n]{0,600}\}",
        r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}:\d{2,5}\b",
        r"\b(?:[\w-]{1,63}\.){1,8}(?:com|net|org|io|internal|local|svc|cluster|lan|cloud|dev|edu|gov|co|corp)\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
    )
)
_SENTENCE = Lazy(r"[a-z)\]]{2,40}[.!?](?=\s|$)")
_DIGIT_WORD = Lazy(r"[^\s()=:,;]{0,80}\d[^\s()=:,;]{0,80}")
_WORD = Lazy(r"[A-Za-z][A-Za-z_]{0,40}(?:\.[A-Za-z_]{1,40}){0,6}")
_NOISE = frozenset(
    "the a an of to in on at is was were be been has have had and or it this that which by with from as for its your "
    "fatal error err severe critical cest cst cet est edt pst pdt mst "
    "you we are ms seconds second sec bytes kb mb gb kib mib gib utc gmt am pm please see".split()
)


def template(message: str) -> str:
    """The first words of ``message`` that are not variables, joined by ``_``; "" when none is left."""
    text = message[:1_500]
    text = _QUOTED_NAME.sub(lambda m: f"{m[1]} {m[3]} ", text)
    for rx in _MASKS:
        text = rx.sub(" ", text)
    text = _first_sentence(_DIGIT_WORD.sub(" ", text))
    words = [_simple(w) for w in _WORD.findall(text)]
    kept = [_singular(w) for w in words if len(w) > 1 and w.lower() not in _NOISE]
    return part("_".join(kept[:_MAX_WORDS]).lower())


def _singular(word: str) -> str:
    """One result and two results fail alike."""
    return (
        word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )


def _first_sentence(text: str) -> str:
    """What follows the sentence that says what is wrong gives advice."""
    first, *rest = _SENTENCE.sub("\\g<0>\x00", text).split("\x00")
    while rest and len(_WORD.findall(first)) < _LEAST_WORDS:
        first += rest.pop(0)
    return first


def _simple(word: str) -> str:
    return word.rsplit(".", 1)[-1]
