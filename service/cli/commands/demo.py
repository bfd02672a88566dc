"""``sf demo``: the shipped recordings explained, then served."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from ...application import Application
from ...backends import GRAPH_FILE
from ...entries import prepare
from ...intake import Sorted
from ...lease import holder
from ...recordings import Recording, shipped, side_by_side
from ...replay import render_text, replay_lines
from ...state.files import LOG_FILE
from ..common import settings_of, wants_json
from ..console import OK, Console
from .serve import serve_data

_FOLDER = "demo"
_APPLY_S = 60.0


def run(arguments: Namespace, console: Console) -> int:
    """Replay each recording on its own, print what it shows, and serve them together."""
    recordings = shipped()
    documents = {each.name: replay_lines(each.lines, None, None) for each in recordings}
    _print(documents, console, as_json=wants_json(arguments))
    console.flush()
    if arguments.no_serve:
        return OK
    return _serve(arguments, side_by_side(recordings), console)


def _print(documents: dict[str, Any], console: Console, *, as_json: bool) -> None:
    if as_json:
        console.json(documents)
        return
    for name, document in documents.items():
        console.text(console.strong(f"\n{'━' * 8} fixtures/{name} {'━' * max(0, 60 - len(name))}"))
        console.text(render_text(document))


def _serve(arguments: Namespace, recordings: list[Recording], console: Console) -> int:
    base = settings_of(arguments)
    data_dir = base.settings.data_dir / _FOLDER
    if holder(data_dir) is None and data_dir.is_dir():
        _clear(data_dir)
    settings = settings_of(arguments, data_dir=data_dir).settings
    names = ", ".join(each.name for each in recordings)
    console.note(f"serving these together: {names}; the others would change each other's story")
    may_move = base.sources["port"] == "default"
    return serve_data(
        settings, console, with_page=True, may_move=may_move, prepare=lambda app: _fill(app, recordings)
    )


def _clear(data_dir: Path) -> None:
    """Forget the last demo; whatever else lies in the folder stays."""
    for name in (LOG_FILE, GRAPH_FILE):
        for file in data_dir.glob(f"{name}*"):
            file.unlink()


def _fill(application: Application, recordings: list[Recording]) -> None:
    envelopes = [envelope for each in recordings for envelope in each.envelopes()]
    rows = [prepare(envelope) for envelope in sorted(envelopes, key=lambda envelope: envelope.time)]
    done = application.ingest(Sorted(rows, []))
    application.wait_applied(done.last, _APPLY_S)
