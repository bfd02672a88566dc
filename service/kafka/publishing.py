"""What goes out: accepted events to their topics, signals once they are kept."""

import json
from collections.abc import Iterable, Iterator, Mapping

from ..entries import Row
from .keys import key_of, key_of_signal
from .producer import Record
from .settings import SIGNALS, TOPIC_OF, Kafka

_SIGNAL = "signal/"


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
