"""One HTTP request and what its answer means (RFC 9110 §15; Retry-After in §10.2.3)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from ..wording import line
from .port import Delivered, Outcome, Refused, Retry

_PASSING: Final = frozenset({408, 425, 429})
_MOST_ANSWER_BYTES: Final = 16 * 1024
_LONGEST_WAIT_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower case) and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    text: str


class Post(Protocol):
    """A POST that follows no redirect and keeps no cookie."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Retry:
        """The answer, or that none came."""
        ...


def poster(timeout_s: float) -> Post:
    """POSTs with ``httpx``; each wait ends after ``timeout_s``, and a long answer is not read to its end."""
    import httpx

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Retry:
        sent = {"User-Agent": "signal-factory", **headers}
        try:
            with (
                httpx.Client(timeout=timeout_s) as client,
                client.stream("POST", url, content=body, headers=sent) as answer,
            ):
                return Answer(answer.status_code, dict(answer.headers), _beginning(answer.iter_bytes()))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Retry(f"no answer: {type(error).__name__}")

    return post


def _beginning(chunks: Iterable[bytes]) -> str:
    found = b""
    for chunk in chunks:
        found += chunk
        if len(found) >= _MOST_ANSWER_BYTES:
            break
    return found[:_MOST_ANSWER_BYTES].decode("utf-8", "replace")


def judged(answer: Answer, now: Callable[[], datetime], hidden: tuple[str, ...] = ()) -> Outcome:
    """2xx arrived; 408, 425, 429 and 5xx may yet; anything else never will."""
    if 200 <= answer.status < 300:
        return Delivered()
    reason = told(answer, hidden)
    if answer.status in _PASSING or answer.status >= 500:
        return Retry(reason, retry_after(answer, now))
    return Refused(reason)


def told(answer: Answer, hidden: tuple[str, ...] = ()) -> str:
    """The answer in a line, without the secrets that it may repeat."""
    text = answer.text
    for secret in filter(None, hidden):
        text = text.replace(secret, "[secret]")
    return line(f"HTTP {answer.status} {text}", 200)


def retry_after(answer: Answer, now: Callable[[], datetime]) -> float:
    """Seconds to wait, as ``Retry-After`` says in seconds or as a date; an hour at most."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return 0.0
    try:
        wait = float(text) if text.isdecimal() else (parsedate_to_datetime(text) - now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), _LONGEST_WAIT_S)
