"""The fallback: a clause of a message as a few words, its variables masked."""

import re
from functools import lru_cache
from typing import NamedTuple

from .lazy import Lazy
from .parts import identifier

LEAST_WORDS = 3
_MOST_WORDS = 3
_TELLING_WORDS = 2
_NEAR = 40  # a name further into the clause is a circumstance
_MOST_LETTERS = 60
_MAX_CLAUSE = 800
_KEYWORDS = (
    r"(?:column|field|table|view|relation|database|schema|topic|key|attribute|module|name|named|argument|keyword|"
    r"option|parameter|property|type|class|function|method|operator|variable|extension|format|connector|provider|"
    r"config|setting|dtype|object|command|plugin|service|action|permission|role|catalog|feature|identifier|macro|"
    r"package|library|symbol|driver|codec|index|constraint|model|source|test|task|operation|scheme|profile)"
)
_BEFORE_NAME = Lazy(
    rf"(?<!<)\b({_KEYWORDS}s?)(?:\s{{0,2}}[:=]?\s{{0,2}})[`'\"‘“]([A-Za-z_][\w.]{{0,60}})[`'\"’”]",
    re.IGNORECASE,
)
_AFTER_NAME = Lazy(rf"[`'\"‘“]([A-Za-z_][\w.]{{0,60}})[`'\"’”] ({_KEYWORDS})\b", re.IGNORECASE)
# A name is of the cause where it is what is absent, refused or wrong; elsewhere it is what it happened to.
_LACKING = Lazy(
    r"\bnot (?:be )?(?:found|exist|defined|declared|registered|installed|recogni[sz]ed|available|known|configured|set|provided|specified|allowed|permitted|authorized|supported|initialized|loaded)\b"
    r"|\bno (?:such|\w{1,20} (?:named|called|found|with))\b|\bcannot (?:be )?(?:find|found|resolved?|load(?:ed)?|locate|import|instantiate)\b"
    r"|missing|unknown|undefined|unresolved|unrecogni[sz]ed|invalid|unsupported|denied|privilege|permission|required|needs to be|forbidden",
    re.IGNORECASE,
)
_TELLING = Lazy(
    r"error|fail|exception|cannot|could not|unable|denied|invalid|not found|refus|missing|unsupported|exceed|not allowed",
    re.IGNORECASE,
)
_PROSE = Lazy(r"(?:[A-Za-z][a-z',:-]*[ \t]{1,2}){3}")
_ENCLOSED = tuple(
    Lazy(p)
    for p in (
        r"<([^<>\n]{0,200})>",
        r"(?<![A-Za-z])[`'\"‘“]([^`'\"’”\n]{0,300})[`'\"’”]",
        r"\[([^\[\]\n]{0,600})\]",
        r"\{([^{}\n]{0,600})\}",
    )
)
_MASKS = tuple(
    Lazy(p)
    for p in (
        r"(?<=\bnamed )\w[\w.$-]{0,100}|(?<=\bcalled )\w[\w.$-]{0,100}",
        r"\b[a-z][a-z0-9+.-]{1,20}:/{1,3}[^\s'\"`,;)>\]]{0,300}",
        r"\b\w[\w.+-]{0,60}@\w[\w.-]{0,60}",
        r"(?<![\w.])(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w.@%+=~${}\\/-]{1,300}",
        r"\b[\w.-]{1,80}(?:/[\w.=@%+~-]{1,100}){2,20}",
        r"\b0x[0-9a-fA-F]+\b",
        r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
        r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}:\d{2,5}\b",
        r"\b(?:[\w-]{1,63}\.){1,8}(?:com|net|org|io|internal|local|svc|cluster|lan|cloud|dev|edu|gov|co|corp)\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
    )
)
_NEGATION = Lazy(r"(?<=[a-z])n['’]t\b", re.IGNORECASE)
_UNABLE = Lazy(
    r"\b(?:can ?not|can['’]t|could ?n['’]t|could not|(?:is |was )?unable to|not able to|fail(?:ed|s|ure)? to)\b",
    re.IGNORECASE,
)
_DIGIT_WORD = Lazy(r"[^\s()=:,;]{0,80}\d[^\s()=:,;]{0,80}")
_WORD = Lazy(r"[A-Za-z][A-Za-z_]{0,40}(?:\.[A-Za-z_]{1,40}){0,6}")
_NUMBERED = Lazy(r"\d{3}")
_IDENTIFIER = Lazy(r".*(?:[._]|[a-z][A-Z]).*")
_SUFFIXED = Lazy(r"\b\d{1,3}-(?=[a-z]{4})")
_CLASS = Lazy(r"[a-z]{3,40}(?:error|exception|warning)")
_NOISE = frozenset(
    "the a an of to in on at is was were be been has have had and or it this that which by with from as for its your "
    "fatal error err severe critical cest cst cet est edt pst pdt mst does did do when while if so because due "
    "there here sorry currently already also just their they he she any some must should would will "
    "you we are ms seconds second sec bytes kb mb gb kib mib gib utc gmt am pm please see".split()
)
# These are in a signature, but two sentences that have only these in common say different things.
_COMMON = frozenset(
    "cannot not no invalid unknown unsupported unexpected found find exist access read open load create required file "
    "too out has only can after".split()
)


class Words(NamedTuple):
    """The words of a clause that are not variables, and the object it names, or ""."""

    words: tuple[str, ...]
    name: str


@lru_cache(maxsize=256)
def words_of(clause: str) -> Words:
    """The stable words of ``clause``, lower case, in their order."""
    text = _NEGATION.sub(" not", _UNABLE.sub("cannot", clause[:_MAX_CLAUSE]))
    named = (_BEFORE_NAME.search(text) or _AFTER_NAME.search(text)) if _LACKING.search(text) else None
    text = _masked(text)
    found = [word for word in _WORD.findall(_DIGIT_WORD.sub(" ", _SUFFIXED.sub("", text))) if len(word) > 1]
    plain = [word for word in found if not _IDENTIFIER.fullmatch(word)]
    kept = _kept(plain if len(_kept(plain)) >= LEAST_WORDS else found)
    return Words(tuple(kept), _name(named))


def _masked(text: str) -> str:
    """Without values: what is enclosed, paths, addresses, ids."""
    for rx in _ENCLOSED:
        text = rx.sub(_unless_prose, text)
    for rx in _MASKS:
        text = rx.sub(" ", text)
    return text


def joined(words: tuple[str, ...]) -> str:
    """The first of ``words``, as one part of a signature: two that tell something, else three."""
    out, telling = "", 0
    for word in words[:_MOST_WORDS]:
        if telling == _TELLING_WORDS or len(out) + len(word) >= _MOST_LETTERS:
            break
        out = f"{out}_{word}" if out else word
        telling += word not in _COMMON
    return out


def _kept(words: list[str]) -> list[str]:
    lowered = (word.rsplit(".", 1)[-1].lower() for word in words)
    return [
        _singular(word)
        for word in lowered
        if len(word) > 1 and word not in _NOISE and not _CLASS.fullmatch(word)
    ]


def _name(match: re.Match[str] | None) -> str:
    if match is None or match.start() > _NEAR:
        return ""
    found = match[2] if match.re.pattern.startswith("(?<!<)") else match[1]
    return "" if _NUMBERED.search(found) or found.endswith(("Exception", "Error")) else identifier(found)


def _unless_prose(match: re.Match[str]) -> str:
    """What is enclosed is a value, unless it is the message itself: at the front, or about a failure."""
    inner = match[1]
    if not _PROSE.search(inner):
        return " "
    opens = not any(c.isalpha() for c in match.string[: match.start()])
    return f" {inner} " if opens or _TELLING.search(inner) else " "


def _singular(word: str) -> str:
    """One result and two results fail alike."""
    return (
        word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )
