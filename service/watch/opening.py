"""What a worker's watch is made of."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from engines.families import FRESHNESS, Family
from engines.signal import Signal

from ..backends import lease_of
from ..clocks import EngineClock, TimeSource
from ..entries import prepare
from ..eventlog import EventLog
from ..intake import Limits
from ..kafka.merge import Partition
from ..kafka.producer import KafkaSender
from ..kafka.publishing import early_records
from ..kafka.settings import Kafka
from ..kafka.tap import Tap, taken_in
from ..lease import Lease
from ..state.opening import open_part
from ..state.tables import Part
from .fold import Watch, watch_in
from .rows import Reached, WatchRows
from .seen import MOST, Seen
from .term import Known, Rhythm, Term
from .watcher import Renew, Watcher

if TYPE_CHECKING:
    from ..settings import Settings

_AT_ONCE = 5_000
_RECORD = "evidence"


@dataclass(frozen=True, slots=True)
class Means:
    """Where a family's watch hears, tells and keeps."""

    family: Family
    kafka: Kafka
    sender: KafkaSender
    log: EventLog
    rows: WatchRows
    lease: Lease

    def tell(self, signals: Sequence[Signal]) -> None:
        """See ``Telling.tell``."""
        self.sender.send(early_records(self.kafka, self.family.name, signals))

    def keep(self, rows: dict[str, str], reached: Reached) -> None:
        """See ``Telling.keep``."""
        self.rows.save(rows, reached, self.lease)

    def close(self) -> None:
        """Let go of cluster and state."""
        self.sender.close()
        self.rows.close()


def watcher_of(
    settings: "Settings", parts: tuple[Kafka, EventLog], now: TimeSource, is_leading: Callable[[], bool]
) -> tuple[Watcher, Means]:
    """The watch of freshness for one worker, not started yet, and what is to be closed behind it.

    Raises:
        BackendUnavailable: the state cannot be reached.
    """
    kafka, log = parts
    holder = f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"
    database = open_part(settings.data_dir, Part.LOG, settings.state_url.get_secret_value())
    means = Means(
        FRESHNESS, kafka, KafkaSender(kafka), log, WatchRows(database, FRESHNESS.name),
        lease_of(settings, holder, now, FRESHNESS.name),
    )  # fmt: skip
    limits = Limits(settings.max_event_bytes, timedelta(seconds=settings.max_future_s))

    def begin(renew: Renew) -> Term:
        clock = EngineClock(now, follows_events=settings.clock == "auto")
        known, offsets = known_of(means, clock, renew)
        tap = Tap(kafka, FRESHNESS.name, limits, now, offsets)
        return Term(known, tap, means, now, Rhythm(settings.tick_s))

    return Watcher(means.lease, begin, is_leading, settings.lease_s / 3), means


def known_of(means: Means, clock: EngineClock, renew: Renew) -> tuple[Known, Mapping[Partition, int]]:
    """What was kept last, or else what the log tells, and where the bus is read on.

    Raises:
        BackendUnavailable: state or cluster cannot be read, or the lease is lost.
    """
    seen = Seen()
    rows, reached = means.rows.load()
    if reached is None:
        offsets = taken_in(means.kafka)
        return Known(_of_the_log(means, clock, seen, renew), seen, clock), offsets
    clock.observe(reached.lead_s)
    seen.fill(means.rows.recent(MOST))
    return Known(watch_in(means.family, rows), seen, clock), reached.offsets


def _of_the_log(means: Means, clock: EngineClock, seen: Seen, renew: Renew) -> Watch:
    """What the log holds, without a word: the leader has told it, or will.

    It has all that came before the offsets that were asked for first, and perhaps some of
    what came after, which then is not heard twice.
    """
    watch, at = Watch(means.family), 0
    while entries := means.log.read_from(at, _AT_ONCE):
        for each in entries:
            clock.observe(each.lead_s)
            if each.envelope.kind == _RECORD:
                watch.pass_by(each.envelope.time)
            elif seen.is_new(prepare(each.envelope).identity):
                watch.hear(each.envelope)
        at = entries[-1].seq
        renew()
    return watch
