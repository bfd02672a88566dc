"""Keys with parts: how they are put together, taken apart and made partition-free."""

import re
from functools import lru_cache

_OWNER_AHEAD = re.compile(r"@(?=ds://|urn:|job://)")
_PARTITION_SUFFIX = re.compile(
    r"(?:/(?:[A-Za-z_]\w*=(?:\d{4}(?:/\d{1,2}){2,4}|[^/]*)"  # /dt=2024-01-14 /hour=03 /ds=2024/01/14
    r"|\d{4}-\d{2}-\d{2}(?:[T ][\d:.]*Z?|[-_]\d{2}(?:[-_]?\d{2})?)?"  # /2024-01-14 /2024-01-14-03
    r"|(?:19|20)\d{6}(?:[T_-]?\d{2}){0,2}"  # /20240114 /2024011403
    r"|(?:19|20)\d{2}/\d{1,2}(?:/\d{1,2}){0,3}))+/?$"  # /2024/01/14/03
)
_EVIDENCE_ID = re.compile(r"evd-[0-9A-Za-z]{1,64}")
_RECORD_TOKEN = re.compile(
    r"\bevd-[0-9A-Za-z]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{9,}", re.IGNORECASE
)


def signature_key(signature: str, owner: str) -> str:
    """The key of a FailureSignature: ``<signature>@<dataset or job URN>``."""
    return f"{signature}@{owner}"


def split_signature_key(key: str) -> tuple[str, str]:
    """``(signature, owner)`` of a FailureSignature key; without an owner, ``(key, "")``."""
    found = _OWNER_AHEAD.search(key)
    if found is None:
        signature, _, owner = key.partition("@")
        return signature, owner
    return key[: found.start()], key[found.end() :]


@lru_cache(maxsize=16_384)
def without_partition(urn: str) -> str:
    """A table's name without trailing partition segments: a partition is no node of its own.

    What would leave no name (``ds://raw/2024-01-14``) stays as it is.
    """
    table = _PARTITION_SUFFIX.sub("", urn)
    scheme, _, path = table.rpartition("://")
    least = 1 if scheme == "ds" else 0
    return table if path.strip("/").count("/") >= least and path.strip("/") else urn


def is_evidence_id(key: str) -> bool:
    """Whether a key names one validation attempt instead of a thing."""
    return _EVIDENCE_ID.fullmatch(key) is not None


def names_a_record(signature: str) -> bool:
    """Whether a signature holds an id or a long number, and so was not bucketed."""
    return _RECORD_TOKEN.search(signature) is not None
