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

CERTAIN = 90.0
LIKELY = 52.0
_SCHEME = re.compile(r"^(ds|job|urn|incident):", re.IGNORECASE)
_PARTS = re.compile(r"[\W_]+")


def short_name(key: str) -> str:
    """What people call it: ``orders_daily`` of ``ds://gold/…``, ``orders:created`` of ``urn:dp:…``."""
    if key.startswith(("ds://", "job://")):
        return key.rstrip("/").rsplit("/", 1)[-1] or key
    if key.startswith("urn:"):
        return ":".join(key.split(":")[2:]) or key
    return key


def names_of(key: str) -> tuple[str, ...]:
    """The names a key answers to, in lower case."""
    lowered = key.lower()
    pieces = [piece for piece in re.split(r"[/:]+", lowered) if piece]
    tail = [piece for piece in pieces[1:] if piece] if _SCHEME.match(lowered) else pieces
    joined = {short_name(lowered), *tail[-1:], "/".join(tail[-2:]), "_".join(tail[-2:])}
    return tuple(sorted(each for each in joined if each))


def score(phrase: str, key: str) -> float:
    """How well ``phrase`` (lower case) names ``key``; 0 where it does not."""
    if phrase == key.lower():
        return 100.0
    names = names_of(key)
    if phrase in names:
        return 95.0
    squashed = _squash(phrase)
    if len(squashed) > 2 and squashed in {_squash(name) for name in names}:
        return 90.0
    if not _SCHEME.match(key) and phrase == key.lower().split(":", 1)[0]:
        return 85.0
    return max((_partly(phrase, name) for name in names), default=0.0)


def _partly(phrase: str, name: str) -> float:
    asked, has = _parts(phrase), _parts(name)
    if asked and len(phrase) > 2 and _side_by_side(asked, has):
        return 70.0 + 10.0 * len(asked) / len(has)
    if len(phrase) >= 4 and phrase in name:
        return 55.0 + 10.0 * len(phrase) / len(name)
    return _nearly(phrase, name)


def _nearly(phrase: str, name: str) -> float:
    if len(phrase) < 4 or abs(len(phrase) - len(name)) > 4:
        return 0.0
    ratio = difflib.SequenceMatcher(None, phrase, name, autojunk=False).ratio()
    return 40.0 + 15.0 * ratio if ratio >= 0.82 else 0.0


def _side_by_side(asked: list[str], has: list[str]) -> bool:
    width = len(asked)
    return any(has[start : start + width] == asked for start in range(len(has) - width + 1))


def _parts(value: str) -> list[str]:
    return [part for part in _PARTS.split(value) if part]


def _squash(value: str) -> str:
    return "".join(_parts(value))
