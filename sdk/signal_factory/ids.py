"""Identifiers that depend on nothing but their inputs.

A ULID (https://github.com/ulid/spec) is 48 bits of milliseconds and 80 bits of
randomness in Crockford base 32. Here the 80 bits are a digest of what the id
stands for, so that the same events give the same ids in every replay.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def content_hash(value: Any) -> str:
    """The SHA-256 of the canonical JSON of ``value``, in hex (64 characters)."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def ulid(moment: datetime, entropy: bytes) -> str:
    """A ULID of ``moment`` (millisecond precision) and the first 10 bytes of ``entropy``."""
    millis = max(0, int(moment.timestamp() * 1000)) & (2**48 - 1)
    number = (millis << 80) | int.from_bytes(entropy[:10].rjust(10, b"\0"), "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def derived_id(prefix: str, moment: datetime, *parts: str) -> str:
    """``<prefix>-<ULID>`` whose random part is a digest of ``parts``."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    return f"{prefix}-{ulid(moment, digest)}"


def random_id(prefix: str, moment: datetime, random_bytes: Callable[[int], bytes]) -> str:
    """``<prefix>-<ULID>`` with randomness from ``random_bytes`` (an argument, never a global)."""
    return f"{prefix}-{ulid(moment, random_bytes(10))}"
