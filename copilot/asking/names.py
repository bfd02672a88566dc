"""How well a phrase names a thing: a score from 0 to 100, the same every time.

====== =============================================================
score  the phrase is
====== =============================================================
100    the whole key: URN, incident id, ``service:version``
95     its name (``orders_gold_daily``), or zone and name
90     its name but for case and separators (``orders gold daily``)
85     the service of a ``service:version`` key
70-80  whole parts of its name, side by side (``orders_gold``)
55-65  inside its name, four characters or more (``gold_dai``)
52-55  nearly its name (``orders_glod_daily``, similarity 0.82 or more)
====== =============================================================
"""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

CERTAIN = 90.0
LIKELY = 52.0
NEAR = 0.82
MIN_PART = 3
MIN_INSIDE = 4
MAX_NEAR = 64
_SCHEME = re.compile(r"^(ds|job|urn|incident):", re.IGNORECASE)
_PARTS = re.compile(r"[\W_]+")


def short_name(key: str) -> str:
    """What people call it: ``orders_daily`` of ``ds://gold/…``, ``orders:created`` of ``urn:dp:…``."""
    if key.startswith(("ds://", "job://")):
        return key.rstrip("/").rsplit("/", 1)[-1] or key
    if key.startswith("urn:"):
        return ":".join(key.split(":")[2:]) or key
    return key


def spoken_name(key: str) -> str:
    """What an answer calls it: a table with its zone (``gold/orders_daily``), since zones share names."""
    parts = key.rstrip("/").split("/")
    return "/".join(parts[-2:]) if key.startswith("ds://") and parts[-2] else short_name(key)


@lru_cache(maxsize=20_000)
def names_of(key: str) -> tuple[str, ...]:
    """The names a key answers to, in lower case."""
    lowered = key.lower()
    pieces = [piece for piece in re.split(r"[/:]+", lowered) if piece]
    tail = [piece for piece in pieces[1:] if piece] if _SCHEME.match(lowered) else pieces
    joined = {short_name(lowered), *tail[-1:], "/".join(tail[-2:]), "_".join(tail[-2:])}
    return tuple(sorted(each for each in joined if each))


def score(phrase: str, key: str) -> float:
    """How well ``phrase`` (lower case) names ``key``; 0 where it does not. Near misses are ``likeness``."""
    if phrase == key.lower():
        return 100.0
    names = names_of(key)
    if phrase in names:
        return 95.0
    squashed = _squash(phrase)
    if len(squashed) > MIN_PART and any(squashed == _squash(name) for name in names):
        return 90.0
    if not _SCHEME.match(key) and phrase == key.lower().split(":", 1)[0]:
        return 85.0
    return max((_partly(phrase, name) for name in names), default=0.0)


def nearly(phrase: str, keys: Iterable[str]) -> dict[str, float]:
    """The scores of those ``keys`` that have a name ``phrase`` nearly is."""
    if not MIN_INSIDE <= len(phrase) <= MAX_NEAR:
        return {}
    return {key: 40.0 + 15.0 * ratio for key, ratio in likeness(phrase, keys, NEAR).items()}


def likeness(phrase: str, keys: Iterable[str], least: float) -> dict[str, float]:
    """How alike ``phrase`` and each key's best name are, 0..1, where that is at least ``least``."""
    matcher = difflib.SequenceMatcher(None, "", phrase[:MAX_NEAR], autojunk=False)
    best: dict[str, float] = {}
    for key in keys:
        for name in names_of(key):
            matcher.set_seq1(name)
            if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
                continue
            best[key] = max(best.get(key, 0.0), matcher.ratio())
    return {key: ratio for key, ratio in best.items() if ratio >= least}


def _partly(phrase: str, name: str) -> float:
    asked, has = _parts(phrase), _parts(name)
    if asked and len(phrase) >= MIN_PART and _side_by_side(asked, has):
        return 70.0 + 10.0 * len(asked) / len(has)
    if len(phrase) >= MIN_INSIDE and phrase in name:
        return 55.0 + 10.0 * len(phrase) / len(name)
    return 0.0


def _side_by_side(asked: tuple[str, ...], has: tuple[str, ...]) -> bool:
    width = len(asked)
    if asked[0] not in has:
        return False
    return any(has[start : start + width] == asked for start in range(len(has) - width + 1))


@lru_cache(maxsize=20_000)
def _parts(value: str) -> tuple[str, ...]:
    return tuple(part for part in _PARTS.split(value) if part)


@lru_cache(maxsize=20_000)
def _squash(value: str) -> str:
    return "".join(_parts(value))
