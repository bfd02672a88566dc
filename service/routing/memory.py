"""What receivers were told, kept beside what is on its way to them."""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from signal_factory.times import format_time

from ..state.tables import told as told_table
from ..state.upsert import replacing
from .model import Snapshot, Told
from .store import RoutesStore

_TOLD, _SEEN = TypeAdapter(Told), TypeAdapter(Snapshot)
_ALL = select(told_table.c.route, told_table.c.told, told_table.c.seen).order_by(
    told_table.c.changed_at, told_table.c.incident_id
)


@dataclass(frozen=True, slots=True)
class Memory:
    """What one receiver was told of one incident, and the incident as it was then."""

    told: Told
    seen: Snapshot


class Memories:
    """All of them, in memory; ``remember`` is called once they are on disk."""

    def __init__(self, store: RoutesStore | None) -> None:
        self._all: dict[tuple[str, str], Memory] = {}
        self._latest: dict[tuple[str, str], str] = {}
        rows = store.rows(_ALL) if store else ()
        for row in rows:
            self.remember(
                row["route"], Memory(_TOLD.validate_json(row["told"]), _SEEN.validate_json(row["seen"]))
            )

    def get(self, route: str, incident_id: str) -> Memory | None:
        """What the receiver was told of this incident."""
        return self._all.get((route, incident_id))

    def of_subject(self, route: str, seen: Snapshot) -> Told | None:
        """What it was told of the last other incident with the same subject."""
        latest = self._latest.get((route, seen.subject))
        known = self._all.get((route, latest)) if latest and latest != seen.incident_id else None
        return known.told if known else None

    def live(self) -> list[tuple[str, Memory]]:
        """Those that may need a word without their incident opening anew."""
        return [(route, each) for (route, _), each in self._all.items() if each.told.is_live]

    def remember(self, route: str, memory: Memory) -> None:
        """Take note."""
        told = memory.told
        self._all[route, told.incident_id] = memory
        self._latest[route, told.subject] = told.incident_id

    def forget_before(self, moment: str) -> None:
        """Drop what was settled before (RFC 3339)."""
        for key, each in list(self._all.items()):
            if not each.told.is_live and format_time(each.told.changed_at) < moment:
                del self._all[key]


def keep(db: Connection, route: str, memory: Memory) -> None:
    """Write one inside a transaction of the caller's; of the incident only what an end needs."""
    told = memory.told
    seen = replace(memory.seen, narrative="", at_risk=())
    row = {
        "route": route, "incident_id": told.incident_id, "subject": told.subject,
        "is_live": int(told.is_live), "changed_at": format_time(told.changed_at),
        "told": _TOLD.dump_json(told).decode(), "seen": _SEEN.dump_json(seen).decode(),
    }  # fmt: skip
    db.execute(replacing(db, told_table), row)
