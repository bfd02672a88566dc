"""A question as it is matched: clean text and its words. It is never executed."""

import re
import unicodedata
from dataclasses import dataclass

MAX_QUESTION = 2_000
MAX_WORDS = 120
_WORD = re.compile(r"[^\W_][\w.:/\-→#@%=]*|_\w+")
_SHORTENED = re.compile(r"'s\b|(?<=\bwhat)s\b|(?<=\bwho)s\b|(?<=\bhow)s\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[_/:\d→]|\w\.\w|\w-\w")


@dataclass(frozen=True, slots=True)
class Question:
    """``text`` is one lower-case line; ``words`` are its words; ``original`` keeps their case."""

    text: str
    words: tuple[str, ...]
    original: tuple[str, ...]


def read_question(raw: str) -> Question:
    """The first 2,000 characters and 120 words of ``raw``, without control characters."""
    window = unicodedata.normalize("NFKC", raw[:MAX_QUESTION].replace("’", "'"))
    plain = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in window)
    spoken = _SHORTENED.sub(" is", plain).replace("'", "")
    original = tuple(word.rstrip(".:/-") for word in _WORD.findall(spoken))
    kept = tuple(word for word in original if word)[:MAX_WORDS]
    return Question(" ".join(spoken.lower().split()), tuple(word.lower() for word in kept), kept)


def looks_like_a_name(word: str) -> bool:
    """Whether a word is spelt like an identifier rather than like English."""
    return bool(_IDENTIFIER.search(word))
