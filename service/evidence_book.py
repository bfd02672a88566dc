"""Evidence records by id, as they may be shown: without raw values, packed, and not without end."""

import json
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from copilot.readmodel import Document
from signal_factory.ids import canonical_json

_MOST = 200_000
_MOST_OPEN = 2_000


class EvidenceBook(Mapping[str, Document]):
    """The first record of each id. Values are masked when a record is looked at or put away.

    The newest are kept as they came, all others packed: a tenth of the memory.
    """

    def __init__(self, most: int = _MOST, most_open: int = _MOST_OPEN) -> None:
        self._most, self._most_open = most, most_open
        self._packed: dict[str, bytes] = {}
        self._open: dict[str, Mapping[str, Any]] = {}
        self._fresh: set[str] = set()
        self._order: deque[str] = deque()

    def __getitem__(self, evidence_id: str) -> Document:
        packed = self._packed.get(evidence_id)
        if packed is not None:
            found: Document = json.loads(zlib.decompress(packed))
            return found
        return _masked(self._open[evidence_id])

    def __contains__(self, evidence_id: object) -> bool:
        return evidence_id in self._packed or evidence_id in self._open

    def __iter__(self) -> Iterator[str]:
        yield from list(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def keep(self, body: Mapping[str, Any]) -> None:
        """Take in a record, unless it has no id or its id is known."""
        evidence_id = body.get("evidence_id")
        if not isinstance(evidence_id, str) or evidence_id in self:
            return
        self._open[evidence_id] = body
        self._order.append(evidence_id)
        self._fresh.add(evidence_id)
        if len(self._open) > self._most_open:
            self._pack()
        while len(self) > self._most:
            self._drop_oldest()

    def restore(self, evidence_id: str, record: Document) -> None:
        """Take back what was put away."""
        if evidence_id not in self:
            self._order.append(evidence_id)
        self._packed[evidence_id] = _compressed(canonical_json(record))

    def take_rows(self) -> dict[str, str]:
        """Rows that changed since the last call; "" means deleted."""
        fresh, self._fresh = self._fresh, set()
        return {f"evidence/{key}": canonical_json(self[key]) if key in self else "" for key in sorted(fresh)}

    def forget_before(self, moment: str, most: int = 500) -> int:
        """Drop the oldest records, ``most`` at once, that are of before a moment; how many."""
        gone = 0
        while gone < most and self._order:
            if str(self[self._order[0]].get("timestamp") or moment) >= moment:
                break
            self._drop_oldest()
            gone += 1
        return gone

    def _pack(self) -> None:
        for key, record in self._open.items():
            self._packed[key] = _compressed(canonical_json(_masked(record)))
        self._open.clear()

    def _drop_oldest(self) -> None:
        evidence_id = self._order.popleft()
        self._packed.pop(evidence_id, None)
        self._open.pop(evidence_id, None)
        self._fresh.add(evidence_id)


def _masked(record: Mapping[str, Any]) -> Document:
    from copilot.evidence import without_values

    masked: Document = without_values(dict(record))
    return masked


def _compressed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)
