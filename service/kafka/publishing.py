"""What goes out: accepted events to their topics, signals once they are kept."""

import json
from collections.abc import Iterable, Iterator, Mapping

from engines.signal import Signal
from signal_factory.ids import canonical_json

from ..entries import Row
from .keys import key_of, key_of_signal
from .producer import Record
from .settings import SIGNALS, TOPIC_OF, Kafka

_SIGNAL = "signal/"
EARLY = "early"
"""The header of a signal that a family told before the leader kept it; its value is the family's name."""


def event_records(kafka: Kafka, rows: Iterable[Row]) -> Iterator[Record]:
    """Rows of the log as messages: envelopes of contract §3."""
    for row in rows:
        body = json.loads(row.body)
        told = {"time": row.time, "kind": row.kind, "body": body}
        value = json.dumps(told, separators=(",", ":")).encode("utf-8")
        yield Record(kafka.topic(TOPIC_OF[row.kind]), key_of(row.kind, body), value)


def signal_records(kafka: Kafka, rows: Mapping[str, str]) -> Iterator[Record]:
    """The signals among kept rows, as they changed."""
    for key, text in rows.items():
        if key.startswith(_SIGNAL) and text:
            yield Record(kafka.topic(SIGNALS), key_of_signal(json.loads(text)), text.encode("utf-8"))


def early_records(kafka: Kafka, family: str, signals: Iterable[Signal]) -> Iterator[Record]:
    """Signals as they will be told again once they are kept."""
    for each in signals:
        document = each.document()
        value = canonical_json(document).encode("utf-8")
        yield Record(kafka.topic(SIGNALS), key_of_signal(document), value, ((EARLY, family.encode("ascii")),))
