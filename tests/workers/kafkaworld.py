"""A prefix of one's own on the run's broker, and what tests do there."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from servers.for_pytest import shared_server
from service.eventlog import EventLog
from service.intake import Limits
from service.kafka.intake import Intake
from service.kafka.producer import KafkaSender, Record
from service.kafka.settings import Kafka
from service.kafka.topics import make_topics

LIMITS = Limits(2**20, timedelta(days=1))
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fresh_kafka(*, partitions: int = 2) -> Kafka:
    """Topics nobody else uses."""
    kafka = Kafka(shared_server("kafka").url, prefix=f"t{uuid.uuid4().hex[:12]}", session_s=6.0)
    make_topics(kafka, partitions=partitions, replicas=1)
    return kafka


def send(kafka: Kafka, topic: str, values: Sequence[bytes], key: str = "k") -> None:
    sender = KafkaSender(kafka)
    sender.send(Record(kafka.topic(topic), key, value) for value in values)
    sender.close()


def take_in(kafka: Kafka, data_dir: Path) -> EventLog:
    """The log of ``data_dir`` once all that was sent is in it."""
    data_dir.mkdir(exist_ok=True)
    log = EventLog(data_dir)
    intake = Intake(kafka, log.append_rows, LIMITS, lambda: NOW)
    try:
        until_caught_up(intake)
    finally:
        intake.close()
    return log


def until_caught_up(intake: Intake, turns: int = 200) -> None:
    for _ in range(turns):
        intake.turn(0.1)
        if intake.is_caught_up:
            return
    raise AssertionError("the intake never came to the end of its partitions")
