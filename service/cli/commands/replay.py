"""``sf replay``: recorded events through the engine."""

from argparse import Namespace
from datetime import datetime
from pathlib import Path

from signal_factory.errors import CallerError, InvalidEvent
from signal_factory.times import parse_time

from ...replay import render_text, replay_lines
from ..common import wants_json
from ..console import OK, SOMETHING_IS_WRONG, Console
from ..files import read_bytes


def run(arguments: Namespace, console: Console) -> int:
    """Print what broke and why; exit code 1 when an incident is open at the end."""
    until = _until(arguments.until)
    text = read_bytes(arguments.path).decode("utf-8", "surrogateescape")
    data_dir = Path(arguments.data_dir).expanduser() if arguments.data_dir else None
    document = replay_lines(text.removesuffix("\n").split("\n"), until, data_dir)
    refused, taken = len(document["rejected"]), document["stats"]["events"]
    if refused:
        console.note(
            f"{refused} {'line' if refused == 1 else 'lines'} could not be read" + _none_taken(taken)
        )
    if wants_json(arguments):
        console.json(document)
    else:
        console.text(render_text(document))
    is_open = any(incident["status"] == "OPEN" for incident in document["incidents"])
    return SOMETHING_IS_WRONG if is_open else OK


def _none_taken(taken: int) -> str:
    return "" if taken else ", and nothing else was there: is this a file of envelopes, one a line?"


def _until(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except InvalidEvent as error:
        raise CallerError(f"--until: {error}", hint=error.hint) from None
