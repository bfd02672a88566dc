"""A watch on the run's broker without a process around it, and what it told."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kafkaworld import LIMITS

from engines.families import FRESHNESS
from service.clocks import EngineClock
from service.eventlog import EventLog
from service.kafka.producer import KafkaSender
from service.kafka.settings import SIGNALS, Kafka
from service.kafka.tap import Tap
from service.lease import FileLease
from service.state.opening import open_part
from service.state.tables import Part
from service.watch.opening import Means, known_of
from service.watch.rows import WatchRows
from service.watch.term import Rhythm, Term

_RHYTHM = Rhythm(look_s=0.0, save_s=3_600.0)
"""Every turn looks at the time; what is known is kept at the first, and when it stops."""


class Told(NamedTuple):
    """A signal on the bus: the family that told it early, "" once it was kept, and its document."""

    early: str
    document: dict[str, Any]


def means_of(kafka: Kafka, data_dir: Path, now: Callable[[], datetime]) -> Means:
    """Where a watch hears, tells and keeps; the lease of ``data_dir`` is taken."""
    data_dir.mkdir(exist_ok=True)
    log, rows = EventLog(data_dir), WatchRows(open_part(data_dir, Part.LOG), FRESHNESS.name)
    lease = FileLease(data_dir, now, "freshness.lock")
    assert lease.acquire()
    return Means(FRESHNESS, kafka, KafkaSender(kafka), log, rows, lease)


def term_of(means: Means, now: Callable[[], datetime], rhythm: Rhythm = _RHYTHM) -> tuple[Term, Tap]:
    """A term from what was kept last."""
    clock = EngineClock(now, follows_events=True)
    known, offsets = known_of(means, clock, lambda: None)
    tap = Tap(means.kafka, FRESHNESS.name, LIMITS, now, offsets)
    return Term(known, tap, means, now, rhythm), tap


def until_caught_up(term: Term, tap: Tap, turns: int = 500) -> None:
    for _ in range(turns):
        term.turn()
        if tap.is_caught_up and tap.is_at_end():
            return
    raise AssertionError("the watch never came to the end of its partitions")


def stop(term: Term) -> None:
    term.save()
    term.close()


def let_go(means: Means) -> None:
    means.lease.release()
    means.close()
    means.log.close()


def on_the_bus(kafka: Kafka) -> list[Told]:
    """All signals that are on their topic now."""
    from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

    consumer = Consumer(kafka.consuming(kafka.group("look")))
    topic, found = kafka.topic(SIGNALS), list[Told]()
    partitions = set(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in sorted(partitions)])
    while partitions:
        for message in consumer.consume(1_000, 0.2):
            if message.error() is not None:
                partitions.discard(message.partition() or 0)
                continue
            headers: Mapping[str, Any] = dict(message.headers() or [])
            found.append(Told(headers.get("early", b"").decode(), json.loads(message.value() or b"")))
    consumer.close()
    return found
