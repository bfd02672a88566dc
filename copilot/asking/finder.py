"""Finds what a question names, in what the read model knows."""

import re
from collections.abc import Iterable, Iterator

from copilot.readmodel import Document

from .fields import children, exact
from .intents import VOCABULARY, mend
from .names import CERTAIN, LIKELY, likeness, nearly, score, short_name
from .question import Question, looks_like_a_name
from .recorder import Recorder
from .stop_words import STOP_WORDS
from .subject import Found, Subject

PAGE = 200
MAX_PAGES = 10
MAX_SEARCHES = 6
MAX_GRAM = 5
MAX_PHRASES = 30
MAX_PHRASE = 128
MAX_NEAR_MISSES = 8
NEAR_MISS = 55.0
SLACK = 10.0
NEAR_MISS_SLACK = 1.5
SUGGESTED = 0.4
_EVIDENCE = re.compile(r"\bevd-[0-9a-z]{1,64}\b", re.IGNORECASE)
_INCIDENT = re.compile(r"\binc-[0-9a-z]{1,64}\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\bincident (?:#|no |number )?#?(\d{1,9})\b")
_NEWEST = re.compile(r"\b(?:latest|newest|last|most recent) incident\b")
_URN = re.compile(r"^(?:ds://|job://|urn:).", re.IGNORECASE)


class Finder:
    """One question's search for its subject."""

    def __init__(self, question: Question, recorder: Recorder) -> None:
        self._question = question
        self._recorder = recorder

    def find(self, prefer: frozenset[str] = frozenset()) -> Found:
        """What the question names. Of several equal matches one in ``prefer`` is taken."""
        return self._identified() or self._named(prefer)

    def _identified(self) -> Found | None:
        joined = " ".join(self._question.original)
        if match := _EVIDENCE.search(joined):
            return self._evidence(match.group())
        if match := _INCIDENT.search(joined):
            return self._incident(match.group())
        spoken = " ".join(mend(word) for word in self._question.words)
        if match := _NUMBERED.search(spoken):
            return self._numbered(match.group(1))
        if _NEWEST.search(spoken):
            return self._nth(1)
        urns = (word for word in self._question.original if _URN.match(word))
        known = (urn for urn in urns if self._recorder.ask("dataset_health", urn=urn))
        return next((Found(Subject("dataset", urn)) for urn in known), None)

    def _evidence(self, wanted: str) -> Found:
        for spelling in dict.fromkeys((wanted, "evd-" + wanted[4:].upper())):
            if self._recorder.ask("get_evidence", evidence_id=spelling):
                return Found(Subject("evidence", spelling))
        return Found(unknown=wanted)

    def _incident(self, wanted: str) -> Found:
        for spelling in dict.fromkeys((wanted, "inc-" + wanted[4:].upper(), wanted.upper())):
            if self._recorder.ask("get_incident", incident_id=spelling):
                return Found(Subject("incident", spelling))
        ids = [exact(item, "incident_id") for item in self._recorder.items("list_incidents", limit=PAGE)]
        started = [each for each in ids if len(wanted) >= 8 and each.lower().startswith(wanted.lower())]
        if len(started) == 1:
            return Found(Subject("incident", started[0]))
        return Found(unknown=wanted, suggestions=tuple((started or ids)[:3]))

    def _numbered(self, digits: str) -> Found:
        for spelling in (f"inc-{digits}", f"INC-{digits}"):
            if self._recorder.ask("get_incident", incident_id=spelling):
                return Found(Subject("incident", spelling))
        return self._nth(int(digits))

    def _nth(self, position: int) -> Found:
        ids = [exact(item, "incident_id") for item in open_first(self._recorder)]
        if 1 <= position <= len(ids):
            return Found(Subject("incident", ids[position - 1]))
        return Found(unknown=f"incident {position}", suggestions=tuple(ids[:3]))

    def _named(self, prefer: frozenset[str]) -> Found:
        phrases = self._phrases()
        if not phrases:
            return Found()
        known, complete = self._searched()
        scores = _best(phrases, known)
        if not complete or max(scores.values(), default=0.0) < CERTAIN:
            known = known | self._scanned()
            scores = _best(phrases, known) or _nearest_miss(phrases, known)
        return _choose(scores, known, prefer) if scores else self._unheard(known)

    def _unheard(self, known: dict[str, Subject]) -> Found:
        words = list(self._candidates())
        named = next((word for word in words if looks_like_a_name(word)), words[0])
        return Found(unknown=named, suggestions=nearest(named, known))

    def _candidates(self) -> Iterator[str]:
        for word in self._question.words:
            if _is_candidate(word):
                yield word

    def _phrases(self) -> list[str]:
        """What may be a name: words spelt like one, then runs of words, longest first."""
        runs = _runs(self._question.words)
        grams = [
            "_".join(run[start : start + width])
            for width in range(MAX_GRAM, 0, -1)
            for run in runs
            for start in range(len(run) - width + 1)
        ]
        spelt = [word for word in self._candidates() if looks_like_a_name(word)][: MAX_PHRASES // 2]
        return [each for each in dict.fromkeys([*spelt, *grams]) if len(each) <= MAX_PHRASE][:MAX_PHRASES]

    def _searched(self) -> tuple[dict[str, Subject], bool]:
        known: dict[str, Subject] = {}
        complete = True
        for word in list(dict.fromkeys(self._candidates()))[:MAX_SEARCHES]:
            found = self._recorder.ask("search", text=_search_text(word), limit=20) or {}
            complete = complete and not found.get("is_partial")
            known |= {
                subject.key: subject for subject in map(_subject_of, children(found, "items")) if subject
            }
        return known, complete

    def _scanned(self) -> dict[str, Subject]:
        known: dict[str, Subject] = {}
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            arguments = {"cursor": cursor} if cursor else {}
            page = self._recorder.ask("list_datasets", limit=PAGE, **arguments) or {}
            urns = [exact(item, "urn") for item in children(page, "items")]
            known |= {urn: Subject("dataset", urn) for urn in urns if urn}
            cursor = exact(page, "next_cursor") or None
            if not cursor:
                break
        return known


def open_first(recorder: Recorder) -> list[Document]:
    """Incidents as ``list incidents`` numbers them: open ones newest first, or all where none is open."""
    opened = recorder.items("list_incidents", status="OPEN", limit=50)
    return opened or recorder.items("list_incidents", limit=50)


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known keys whose names are most like ``name``."""
    alike = likeness(short_name(name).lower(), known, SUGGESTED)
    return tuple(sorted(alike, key=lambda key: (-alike[key], key))[:3])


def _best(phrases: list[str], known: Iterable[str]) -> dict[str, float]:
    """The scores of the known keys under the phrase that names one best; empty where none does."""
    keys = list(known)
    tables = ({key: score(phrase, key) for key in keys} for phrase in phrases)
    best = max(tables, key=lambda table: max(table.values(), default=0.0))
    return {key: value for key, value in best.items() if value >= LIKELY}


def _nearest_miss(phrases: list[str], known: Iterable[str]) -> dict[str, float]:
    keys = list(known)
    ordered = sorted(phrases, key=lambda phrase: not looks_like_a_name(phrase))[:MAX_NEAR_MISSES]
    tables = [nearly(phrase, keys) for phrase in ordered]
    return max(tables, key=lambda table: max(table.values(), default=0.0))


def _choose(scores: dict[str, float], known: dict[str, Subject], prefer: frozenset[str]) -> Found:
    top = max(scores.values())
    slack = 0.0 if top >= CERTAIN else SLACK if top > NEAR_MISS else NEAR_MISS_SLACK
    tied = sorted(key for key, value in scores.items() if value >= top - slack)
    pool = [key for key in tied if known[key].kind == "dataset"] or tied
    preferred = [key for key in pool if key in prefer]
    if len(pool) == 1 or len(preferred) == 1:
        return Found(known[(preferred if len(preferred) == 1 else pool)[0]])
    return Found(choices=tuple(known[key] for key in pool))


def _runs(words: Iterable[str]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for word in words:
        if _is_candidate(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _is_candidate(word: str) -> bool:
    if looks_like_a_name(word):
        return not word.isdigit()
    return len(word) > 2 and word not in STOP_WORDS | VOCABULARY and mend(word) == word


def _search_text(word: str) -> str:
    return short_name(word) if _URN.match(word) else word


def _subject_of(item: Document) -> Subject | None:
    key = exact(item, "urn", "key", "incident_id", "id", "name")
    kind = exact(item, "type", "kind", "label").lower()
    if not key:
        return None
    if kind == "incident" or key.lower().startswith("inc-"):
        return Subject("incident", key)
    is_data = kind == "dataset" or (not kind and key.startswith(("ds://", "urn:")))
    return Subject("dataset" if is_data else "other", key)
