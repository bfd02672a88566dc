"""Names of data sets and jobs (contract §1): check what is given, form what is missing."""

import hashlib
import re
import unicodedata

from .errors import InvalidIdentifier

MAX_LENGTH = 512
"""The longest identifier that is accepted, in characters."""

_SCHEMED = re.compile(r"urn:[^:]|[A-Za-z][A-Za-z0-9+.\-]*://.")
_FORBIDDEN = frozenset(" \"'`\\<>{}|^;")
_NOT_SLUG = re.compile(r"[^\w.\-]+")


def check_urn(text: str) -> str:
    """``text`` itself, when it can name a data set, a job or a downstream asset.

    Accepted are ``urn:…`` and any ``<scheme>://…``. Whitespace, control and
    invisible characters, quotes, back ticks, backslashes, ``<>{}|^;`` and path
    segments ``..`` are not part of any name and are how injections look.

    Raises:
        InvalidIdentifier: with what is wrong, never with the text itself.
    """
    problem = urn_problem(text)
    if problem is not None:
        raise InvalidIdentifier(problem)
    return text


def urn_problem(text: str) -> str | None:
    """What keeps ``text`` from being a URN, or None."""
    if not text:
        return "an identifier is empty"
    if len(text) > MAX_LENGTH:
        return f"an identifier is longer than {MAX_LENGTH} characters"
    if not text.isprintable() or not _FORBIDDEN.isdisjoint(text):
        return "an identifier holds white space, quotes, control or other characters that no name has"
    if _SCHEMED.match(text) is None:
        return "an identifier has no scheme such as ds://, urn: or job://"
    if ".." in text and ".." in text.split("/"):
        return "an identifier holds the path segment '..'"
    return None


def slug(text: str) -> str:
    """Lower case; letters, digits, ``.``, ``_`` and ``-`` stay, any other run becomes one ``-``.

    Never empty and at most 200 characters: a text that has nothing to keep, or
    too much, ends in a digest of itself.
    """
    kept = _NOT_SLUG.sub("-", unicodedata.normalize("NFC", text.casefold())).strip("-.")
    if kept and len(kept) <= 200:
        return kept
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{kept[:180]}-{digest}".lstrip("-")


def dataset_urn_for(namespace: str, name: str) -> str:
    """The URN of its own that an OpenLineage data set keeps while nothing resolves it (contract §1)."""
    return f"ds://{slug(namespace)}/{slug(name)}"


def job_urn(namespace: str, name: str) -> str:
    """``job://<namespace>/<name>``; characters that no URN may hold are percent-encoded."""
    urn = f"job://{_encoded(namespace)}/{_encoded(name)}"
    return urn if urn_problem(urn) is None else f"job://{slug(namespace)}/{slug(name)}"


def _encoded(text: str) -> str:
    if text.isprintable() and _FORBIDDEN.isdisjoint(text):
        return text
    return "".join(c if c.isprintable() and c not in _FORBIDDEN else _percent(c) for c in text)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
