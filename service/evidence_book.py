"""Evidence records by id, as they may be shown: without raw values, and not without end."""

from collections.abc import Iterator, Mapping
from typing import Any

from copilot.readmodel import Document
from signal_factory.ids import canonical_json

_MOST = 200_000


class EvidenceBook(Mapping[str, Document]):
    """The first record of each id. Values are masked when a record is looked at or put away."""

    def __init__(self) -> None:
        self._records: dict[str, Mapping[str, Any]] = {}
        self._unmasked: set[str] = set()
        self._fresh: set[str] = set()

    def __getitem__(self, evidence_id: str) -> Document:
        record = self._records[evidence_id]
        if evidence_id in self._unmasked:
            from copilot.evidence import without_values

            record = self._records[evidence_id] = without_values(dict(record))
            self._unmasked.discard(evidence_id)
        return dict(record)

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def keep(self, body: Mapping[str, Any]) -> None:
        """Take in a record, unless it has no id or its id is known."""
        evidence_id = body.get("evidence_id")
        if not isinstance(evidence_id, str) or evidence_id in self._records:
            return
        self._records[evidence_id] = body
        self._unmasked.add(evidence_id)
        self._fresh.add(evidence_id)
        if len(self._records) > _MOST:
            gone = next(iter(self._records))
            del self._records[gone]
            self._unmasked.discard(gone)
            self._fresh.add(gone)

    def restore(self, evidence_id: str, record: Document) -> None:
        """Take back what was put away."""
        self._records[evidence_id] = record

    def take_rows(self) -> dict[str, str]:
        """Rows that changed since the last call; "" means deleted."""
        fresh, self._fresh = self._fresh, set()
        return {f"evidence/{key}": canonical_json(self[key]) if key in self else "" for key in sorted(fresh)}
