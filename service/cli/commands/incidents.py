"""``sf incidents``: the list."""

from argparse import Namespace
from typing import Any

from signal_factory.errors import CallerError, InvalidEvent
from signal_factory.times import format_time, parse_time

from ...sources import opened
from ..common import settings_of, wants_json
from ..console import OK, SOMETHING_IS_WRONG, Console
from ..names import dataset_urn


def run(arguments: Namespace, console: Console) -> int:
    """Newest first; exit code 1 when one of them is open."""
    if not 1 <= arguments.limit <= 500:
        raise CallerError("--limit should be between 1 and 500", hint="Page on with --since.")
    with opened(settings_of(arguments)) as source:
        document = source.read_model.incidents(
            status=arguments.status,
            dataset=dataset_urn(arguments.dataset, source.read_model) if arguments.dataset else None,
            since=_since(arguments.since),
            limit=arguments.limit,
        )
    if source.note:
        console.note(source.note)
    if wants_json(arguments):
        console.json(document)
    else:
        _print(document, console)
    return SOMETHING_IS_WRONG if any(item["status"] == "OPEN" for item in document["items"]) else OK


def _print(document: dict[str, Any], console: Console) -> None:
    for item in document["items"]:
        state = console.strong(f"{item['status']:<8}", is_bad=item["status"] == "OPEN")
        console.text(
            f"{item['incident_id']}  {item['severity']}  {state}  {item['created_at']}  {item['title']}"
        )
    if not document["items"]:
        console.text("No incidents.")
    if document["is_partial"]:
        console.note(f"{document['returned']} of {document['total']} shown; --limit shows more")


def _since(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return format_time(parse_time(text))
    except InvalidEvent as error:
        raise CallerError(f"--since: {error}", hint=error.hint) from None
