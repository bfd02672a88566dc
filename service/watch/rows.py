"""What a watch keeps beside the leader's state: rows of its own, and the offsets they hold for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, select

from signal_factory.ids import canonical_json

from ..kafka.merge import Partition
from ..lease import Lease
from ..memory_rows import read_json
from ..state.apart import APART
from ..state.database import Database
from ..state.tables import engine_state, events
from ..state.upsert import replacing

_REACHED = "reached"
_RECORD = "evidence"
_DELETE = delete(engine_state).where(engine_state.c.key == bindparam("gone"))


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the bus was read, and what the clock had learnt there."""

    offsets: Mapping[Partition, int] = field(default_factory=dict[Partition, int])
    lead_s: float | None = None

    def text(self) -> str:
        """As it is kept."""
        return canonical_json([[[*each, at] for each, at in sorted(self.offsets.items())], self.lead_s])


class WatchRows:
    """The rows of one family in the state that workers share."""

    def __init__(self, database: Database, family: str) -> None:
        self._db, self._root = database, f"{APART}{family}/"

    def load(self) -> tuple[dict[str, str], Reached | None]:
        """What was kept last and how far it holds; None where nothing ever was.

        Raises:
            BackendUnavailable: it cannot be read.
        """
        key = engine_state.c.key
        wanted = select(key, engine_state.c.json).where(key >= self._root, key < f"{self._root[:-1]}0")
        with self._db.reading(at_once=True) as db:
            rows = {key.removeprefix(self._root): text for key, text in db.execute(wanted)}
        reached = rows.pop(_REACHED, "")
        return rows, _reached(reached) if reached else None

    def save(self, rows: Mapping[str, str], reached: Reached, lease: Lease) -> None:
        """Keep what changed ("" deletes a row), as of ``reached``, as long as ``lease`` is ours.

        Raises:
            LeaseLost: another process has taken over, and nothing was kept.
            BackendUnavailable: nothing was kept, or it is not known.
        """
        told = {**rows, _REACHED: reached.text()}
        changed = [{"key": f"{self._root}{key}", "json": text} for key, text in told.items() if text]
        gone = [{"gone": f"{self._root}{key}"} for key, text in told.items() if not text]
        with self._db.writing() as db:
            lease.check(db)
            db.execute(replacing(db, engine_state), changed)
            if gone:
                db.execute(_DELETE, gone)

    def recent(self, most: int) -> Iterator[bytes]:
        """What tells the last events of the log from others, the newest first; records are not among them."""
        wanted = (
            select(events.c.identity)
            .where(events.c.kind != _RECORD)
            .order_by(events.c.seq.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            yield from (bytes(identity) for (identity,) in db.execute(wanted))

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()


def _reached(text: str) -> Reached:
    places, lead_s = read_json(text)
    return Reached({(topic, number): at for topic, number, at in places}, lead_s)
