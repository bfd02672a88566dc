"""Every recording gives the same document on every store, byte for byte, and its queries can be pasted."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graph_harness import Opened, StoreCase, every_store

from service.replay import replay_lines

FIXTURES = sorted((Path(__file__).resolve().parents[2] / "fixtures").glob("*/events.ndjson"))


def _lines(recording: Path) -> list[str]:
    return recording.read_text("utf-8").splitlines()


def _bytes(document: dict[str, Any]) -> bytes:
    stats = {name: value for name, value in document["stats"].items() if name != "seconds"}
    return json.dumps({**document, "stats": stats}, ensure_ascii=False).encode("utf-8")


@cache
def _embedded(recording: Path) -> bytes:
    return _bytes(replay_lines(_lines(recording)))


def _is_pasted_back(opened: Opened, report: dict[str, Any]) -> bool:
    """Whether the report's query gives its path, where the server has a language to paste into."""
    paste: Callable[[dict[str, str]], list[list[tuple[str, str]]]] | None = getattr(opened.raw, "paste", None)
    if paste is None:
        return True
    found = paste(report["query"])
    steps = report["path"]
    if not steps:
        return found != []
    ends = [steps[0]["from"], *(step["to"] for step in steps)]
    return found == [[(end["label"], end["key"]) for end in ends]]


@every_store("replay")
@pytest.mark.parametrize("recording", FIXTURES, ids=lambda path: path.parent.name)
def test_a_recording_is_explained_alike_and_its_queries_lead_along_its_paths(
    case: StoreCase, recording: Path
) -> None:
    with case.opened() as opened:
        document = replay_lines(_lines(recording), graph=opened.store)
        assert _bytes(document) == _embedded(recording)
        reports = [incident["rca"] for incident in document["incidents"]]
        assert [each["query"] for each in reports if not _is_pasted_back(opened, each)] == []
