"""``sf dlq``: messages of the bus that nobody could read, and sending them again."""

from argparse import Namespace
from itertools import islice

from signal_factory.errors import ConfigurationError

from ...backends import kafka_of
from ...kafka.dead import DeadLetter, dead_letters, replay
from ..common import settings_of, wants_json
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """List, or send again."""
    settings = settings_of(arguments).settings
    if not settings.kafka_servers:
        raise ConfigurationError(
            "dead letters are kept on Kafka", hint="Name the brokers: SF_KAFKA_SERVERS=host:9092 sf dlq"
        )
    kafka = kafka_of(settings)
    if arguments.action == "replay":
        document = {"replayed": replay(kafka)}
        console.note(f"{document['replayed']} sent again to where they came from")
        if wants_json(arguments):
            console.json(document)
        return OK
    found = list(islice(dead_letters(kafka), arguments.limit + 1))
    shown = found[: arguments.limit]
    if wants_json(arguments):
        console.json({"items": [_document(each) for each in shown], "is_partial": len(found) > len(shown)})
        return OK
    for each in shown:
        console.text(f"{each.at}  {each.topic}  {each.place:<12}  {each.code}: {each.reason}")
    if len(found) > len(shown):
        console.note(f"the first {len(shown)}; --limit shows more")
    return OK


def _document(letter: DeadLetter) -> dict[str, object]:
    """What is known of it; its bytes stay in Kafka."""
    return {
        "at": letter.at, "topic": letter.topic, "place": letter.place, "code": letter.code,
        "reason": letter.reason, "bytes": len(letter.value),
    }  # fmt: skip
