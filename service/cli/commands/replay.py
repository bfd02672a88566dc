"""``sf replay``: recorded events through the engine."""

from argparse import Namespace
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from signal_factory.errors import CallerError, InvalidEvent
from signal_factory.times import parse_time

from ...replay import render_text, replay_lines
from ..common import settings_of, wants_json
from ..console import OK, SOMETHING_IS_WRONG, Console
from ..files import read_bytes

if TYPE_CHECKING:
    from graph.port import GraphStore


def run(arguments: Namespace, console: Console) -> int:
    """Print what broke and why; exit code 1 when an incident is open at the end."""
    until = _until(arguments.until)
    text = read_bytes(arguments.path).decode("utf-8", "surrogateescape")
    data_dir = Path(arguments.data_dir).expanduser() if arguments.data_dir else None
    lines = text.removesuffix("\n").split("\n")
    with _graph(arguments, data_dir) as graph:
        document = replay_lines(lines, until, data_dir, graph)
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


@contextmanager
def _graph(arguments: Namespace, data_dir: Path | None) -> "Generator[GraphStore | None]":
    """The server's graph where one was named: here, or for the data directory that keeps the replay."""
    if arguments.graph_url is None and data_dir is None:
        yield None
        return
    from ...backends import graph_of

    settings = settings_of(arguments).settings
    if not settings.graph_url:
        yield None
        return
    with closing(graph_of(settings)) as graph:
        if data_dir is None:
            _must_be_empty(graph, settings.graph_url)
        yield graph


def _must_be_empty(graph: "GraphStore", url: str) -> None:
    held = graph.stats()
    if held.nodes:
        raise CallerError(
            f"the graph at {url} holds {held.nodes} nodes already, and would be mixed with the recording",
            hint="Name an empty database, or keep the replay with --data-dir to add to what is there.",
        )


def _none_taken(taken: int) -> str:
    return "" if taken else ", and nothing else was there: is this a file of envelopes, one a line?"


def _until(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except InvalidEvent as error:
        raise CallerError(f"--until: {error}", hint=error.hint) from None
