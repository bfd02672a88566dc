"""Raw text to signature: clean, locate the root cause, recognise it, else name its template."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from .canonical import canonical
from .cause import ENOUGH_WORDS, cause_words, only_asides
from .clean import RECORD, clean
from .dbt_tests import dbt_test_failure
from .frames import user_frame
from .known import known_failure
from .lazy import Lazy
from .parts import join, part
from .root import MAX_MESSAGE, Raised, exceptions, is_wrapper, ordered_by_likelihood
from .rule import Rule
from .rules.clickhouse import coded_failure
from .telling import states, tells
from .template import joined

EMPTY = "UNKNOWN:EMPTY"
UNREADABLE = "UNKNOWN:UNREADABLE"
_HEAP = Lazy(
    r"OutOfMemoryError(?:: (?:Java heap space|GC overhead limit exceeded|Requested array size))?",
    re.IGNORECASE,
)
_WRAP = Lazy(r"[ \t]*\n[ \t]*(?=[a-z0-9'\"(])")
"""A line that a terminal broke: what follows does not begin like a sentence."""

_BARE = frozenset(
    (
        "TIMEOUT TIMEOUT:futures TIMEOUT:read CONNECTION_REFUSED CONNECTION_TIMEOUT CONNECTION_LOST:thrift "
        "CONNECTION_LOST:connection_reset CONNECTION_LOST:broken_pipe CONNECTION_LOST:connection_closed "
        "ERROR:hive:metastore_client"
    ).split()
)
"""What says that a connection broke, but not which, or that something inside failed."""

_ENDED = Lazy(
    r"PROCESS_EXIT:(?:ssh|pod|(?:(?:bash|spark_submit):)?-?\d{1,3})|CONNECTION_LOST:airbyte|ERROR:databricks:run_failed"
)
"""What says that another program ended: why stands in the lines that it printed."""

_MOST_LINES = 12
_SIDES = (
    ("taskmanager", ("taskmanager", "taskexecutor")),
    ("jobmanager", ("jobmanager",)),
    ("executor", ("in task ", "lost task", "executor task launch", "executor")),
    (
        "driver",
        (
            "driver",
            "dag-scheduler",
            "spark context cleaner",
            "stopping sparkcontext",
            "broadcast",
            "collecttopython",
            'thread "main"',
        ),
    ),
    ("python_worker", ("python worker",)),
)


@lru_cache(maxsize=4_096)
def signature_of(text: str) -> str:
    """The bucket a failure belongs to: ``KIND:part:part…``, at most 160 characters.

    Args:
        text: an error message, stack trace, log excerpt, reason code or test failure. A string
            that already is a signature comes back as it is.
    """
    stripped = text.strip()
    if not stripped:
        return EMPTY
    return canonical(stripped) or _recognise(stripped)


def _recognise(text: str) -> str:
    cleaned = clean(text)
    found = _recognise_cleaned(cleaned)
    if found != UNREADABLE and not only_asides(cleaned):
        return found
    whole = clean(text, quiet_too=True)
    return found if whole == cleaned else _recognise_cleaned(whole)


def _recognise_cleaned(cleaned: str) -> str:
    short = canonical(cleaned.strip(RECORD))
    if short is not None:
        return short
    found = exceptions(cleaned)
    candidates = list(ordered_by_likelihood(found))
    if all(is_wrapper(raised) for raised in found):
        candidates.append(Raised("", _residue(cleaned)))
    known = _known(candidates, cleaned)
    if known is not None:
        return (_told_around(cleaned) or known) if _ENDED.fullmatch(known) else known
    around = _around(candidates, cleaned)
    return next((each for raised in around if (each := _match(raised, cleaned))), None) or _fallback(
        [*around, *candidates]
    )


def _known(candidates: list[Raised], cleaned: str) -> str | None:
    """What the likeliest exception that is recognised tells.

    Where that is but a network's word for a failure, it is what another exception or line says of it.
    """
    found = (each for raised in candidates if (each := _match(raised, cleaned)))
    first = next(found, None)
    if first not in _BARE:
        return first
    around = _match(Raised("", _residue(cleaned)), cleaned)
    return next((each for each in (*found, around) if each and each not in _BARE), first)


def _told_around(cleaned: str) -> str | None:
    """What the lines state that another program printed before it ended."""
    lines = _residue(cleaned).split("\n")[-_MOST_LINES:]
    told = [(line, _match(Raised("", line), cleaned)) for line in lines]
    named = [found for _, found in told if found and not _ENDED.fullmatch(found)]
    plain = [line for line, found in told if found is None and states(line) and " " in line]
    return named[-1] if named else _fallback([Raised("", "\n".join(plain))]) if plain else None


def _match(raised: Raised, context: str) -> str | None:
    haystack = raised.haystack
    embedded = canonical(raised.message)
    if embedded is not None:
        return embedded
    test = dbt_test_failure(haystack)
    if test is not None:
        return test
    if "outofmemoryerror" in haystack.lower() and _is_heap(haystack.lower()):
        return join("OOM", [_side(context)])
    unwrapped = _WRAP.sub(" ", haystack)
    found = _recognised(haystack, raised)
    return _recognised(unwrapped, raised) if found is None and unwrapped != haystack else found


def _recognised(haystack: str, raised: Raised) -> str | None:
    lowered = haystack.lower()
    specific, generic = _catalogue()
    found = coded_failure(haystack) or _first(specific, haystack, lowered, raised) or known_failure(lowered)
    return found or _first(generic, haystack, lowered, raised)


def _first(rules: tuple[Rule, ...], haystack: str, lowered: str, raised: Raised) -> str | None:
    signatures = (candidate.apply(haystack, lowered, raised) for candidate in rules)
    return next((each for each in signatures if each is not None), None)


@cache
def _catalogue() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    from .rules import GENERIC, SPECIFIC

    return SPECIFIC, GENERIC


def _is_heap(lowered: str) -> bool:
    return not any(
        w in lowered
        for w in (
            "metaspace",
            "cuda",
            "used memory",
            "no space left",
            "asyncpg",
            "direct buffer",
            "native thread",
            "unable to acquire",
            "to build and broadcast",
        )
    )


def _side(context: str) -> str:
    lowered = context.lower()
    return next((side for side, marks in _SIDES if any(m in lowered for m in marks)), "jvm")


def _residue(cleaned: str) -> str:
    """The text without frames; a record's line is set off, so that it does not continue the one before."""
    lines = [(line[:1] == RECORD, line.strip(f" \t{RECORD}")) for line in cleaned.split("\n")]
    kept = [f"\n{line}" if opens else line for opens, line in lines if _says(line)]
    joined_lines = "\n".join(kept).lstrip("\n")
    return joined_lines[-MAX_MESSAGE:] if len(kept) > 40 else joined_lines[:MAX_MESSAGE]


def _says(line: str) -> bool:
    return bool(line) and not line.startswith(("at ", 'File "'))


def _fallback(candidates: Iterable[Raised]) -> str:
    for raised in candidates:
        words, name = cause_words(raised.message, bool(raised.qualified))
        if len(words) >= ENOUGH_WORDS:
            return join("ERROR", [part(joined(words)), part(name)])
        if raised.qualified:
            where = user_frame(raised.frames)
            return join(
                "ERROR", [part(raised.cls), part(joined(words)), part(name) or ("" if words else where)]
            )
        if words:
            return join("ERROR", [part(joined(words)), part(name)])
    return UNREADABLE


def _around(candidates: list[Raised], cleaned: str) -> list[Raised]:
    """Where no exception says what is wrong, only that something failed, the lines around them may."""
    if not candidates or any(states(raised.message) or not raised.message for raised in candidates):
        return []
    around = Raised("", _residue(cleaned))
    return [around] if tells(candidates[0].message) and states(around.message) else []
