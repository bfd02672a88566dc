"""One term of the leader: the log in ranges, asked about, folded in and kept."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from signal_factory.errors import BackendUnavailable, NotFound

from ..clocks import EngineClock
from ..engine import Engine
from ..entries import LogEntry, Rejected
from ..eventlog import EventLog
from ..gate import Gate
from ..stride import Stride
from ..trouble import Trouble, deadline_aside, event_aside, what_raised
from .ranges import Drop, Heard, Range, heard_in, range_in, unsaid_in, unsaid_row

_LOG = logging.getLogger("signal_factory.service.workers")
_OF_SIGNALS = "signal/"
_OF_INCIDENTS = ("episode/", "settled/")


@dataclass(frozen=True, slots=True)
class Pace:
    """Events at once; how often time is looked at and the lease renewed, in seconds."""

    most: int = 2_000
    tick_s: float = 1.0
    renew_s: float = 3.0


class Leading:
    """One term: from the saved state on, until the lease is lost."""

    def __init__(
        self,
        log: EventLog,
        engine: Engine,
        clock: EngineClock,
        pace: Pace,
        gate: Gate,
        said: Callable[[Mapping[str, str]], None],
    ) -> None:
        """``gate`` keeps others from a range half done; ``said`` is told the rows that were kept."""
        self._log, self._engine, self._clock, self._pace, self._said = log, engine, clock, pace, said
        self._gate, self._stride = gate, Stride(pace.most)
        saved = log.load_state()
        engine.load(saved.rows)
        clock.observe(saved.lead_s)
        # The last leader may have ended between keeping them and telling them.
        said({key: saved.rows[key] for key in unsaid_in(saved.rows) if key in saved.rows})
        self._range, self.applied = range_in(saved.rows), saved.offset
        self._heard: Heard = heard_in(saved.rows)
        self._looked_at = float("-inf")

    def turn(self, *, may_look: bool) -> bool:
        """One range, or one look at the time where it ``may_look``; whether there was anything to do.

        Time stands still while events wait to be read: what they tell must not look missing.
        """
        if not self._range.is_done:
            with self._gate.writing():
                self._work(self._range)
            return True
        entries = self._log.read_from(self.applied, self._stride.size)
        if entries:
            with self._gate.writing():
                self._begin(Range(self._range.number + 1, entries[-1].seq, is_done=False))
            return True
        with self._gate.writing():
            return may_look and self._look()

    @property
    def backlog(self) -> int:
        """Events in the log that are not applied yet."""
        return max(0, self._log.last_seq - self.applied)

    def _look(self) -> bool:
        now = self._clock.now()
        if now is None or time.monotonic() - self._looked_at < self._pace.tick_s:
            return False
        self._looked_at = time.monotonic()
        self._hear()
        due = self._engine.due()
        if due is None or due > now:
            self._engine.advance(now)
            return False
        self._begin(Range(self._range.number + 1, self.applied, now, is_done=False))
        return True

    def _hear(self) -> None:
        """Take in what people said through any serving process since the last look."""
        said, given = self._log.told.verdicts(), self._log.told.resets()
        heard = Heard(len(said), len(given))
        if heard == self._heard:
            return
        for each in said[self._heard.verdicts :]:
            about = (each.incident_id, each.verdict, each.actual_cause, each.comment)
            self._heed(partial(self._engine.feedback, *about, each.at, each.by))
        for reset in given[self._heard.resets :]:
            self._heed(partial(self._engine.reset_budget, reset.signal_type, reset.at))
        rows = self._engine.take_dirty() | heard.row()
        self._range = Range(self._range.number + 1, self.applied)
        self._log.save_state(rows | self._range.row(), self.applied)
        self._heard = heard

    def _heed(self, say: Callable[[], object]) -> None:
        """Take in one thing that was said; what cannot be is left out."""
        try:
            say()
        except NotFound:
            return
        except (BackendUnavailable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - nothing may hold all that follows up
            _LOG.error("what was said could not be taken in: %s", what_raised(error))

    def _begin(self, following: Range) -> None:
        self._log.save_state(following.row(), self.applied)
        self._work(following)

    def _work(self, current: Range) -> None:
        self._range = current
        entries = self._log.read_from(self.applied, max(0, current.upto - self.applied))
        try:
            rows = self._folded(current, entries)
        except (BackendUnavailable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - nothing may hold all that follows up
            self._mend(current, entries, self._engine.trouble(error))
            return
        unsaid = unsaid_row(key for key, text in rows.items() if text and key.startswith(_OF_SIGNALS))
        self._keep(entries, rows | unsaid, [deadline_aside(each.due, each.what) for each in current.drops])
        self._said(rows)

    def _folded(self, current: Range, entries: Sequence[LogEntry]) -> dict[str, str]:
        """The rows that a range changed."""
        self._engine.begin(current.number, [each.due for each in current.drops])
        if current.now is not None:
            self._engine.advance(current.now)
        self._engine.apply_all([each.envelope for each in entries])
        rows = self._engine.take_dirty()
        if any(key.startswith(_OF_INCIDENTS) for key in rows):
            self._explain()
        return rows

    def _explain(self) -> None:
        """Explain once here, so that the graph holds what the printed queries look for."""
        try:
            self._engine.incidents()
        except (BackendUnavailable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whoever asks is told; events go on
            _LOG.error("incidents could not be explained: %s", what_raised(error))

    def _keep(
        self,
        entries: Sequence[LogEntry],
        rows: Mapping[str, str],
        aside: Sequence[tuple[Rejected, datetime]],
    ) -> None:
        """The range is over; what it changed and what of it had no effect are kept at once."""
        for each in entries:
            self._clock.observe(each.lead_s)
        lead_s = self._clock.lead_s if entries else None
        done = self._range.done()
        self._log.save_state({**rows, **done.row()}, done.upto, lead_s, aside)
        self._range, self.applied = done, done.upto
        if entries:
            self._stride.done()

    def _mend(self, current: Range, entries: Sequence[LogEntry], trouble: Trouble) -> None:
        """Something raised: go back to what was kept, and on without it once it stands alone.

        What is asked instead is written down first, so that every leader goes on the same way.
        """
        self._engine.load(self._log.load_state().rows)
        known = {each.due for each in current.drops}
        drops = [Drop(due, trouble.what) for due in trouble.deadlines if due not in known]
        if len(entries) > 1:
            self._stride.failed(len(entries), trouble.at)
            self._follow(current.cut(entries[self._stride.size - 1].seq))
        elif drops:
            for each in drops:
                _LOG.error("%s of %s is left out: %s", each.due.what, each.due.urn, each.what)
            self._follow(current.without(drops))
        else:
            self._set_aside(entries, trouble)

    def _follow(self, following: Range) -> None:
        self._log.save_state(following.row(), self.applied)
        self._range = following

    def _set_aside(self, entries: Sequence[LogEntry], trouble: Trouble) -> None:
        """The one event of a range has no effect, or time did not pass: that is tried again later."""
        for each in entries:
            _LOG.error("event %d of kind %s is set aside: %s", each.seq, each.envelope.kind, trouble.what)
        if not entries:
            _LOG.error("time could not be let pass: %s", trouble.what)
        self._keep(entries, {}, [event_aside(each, trouble.what) for each in entries])
