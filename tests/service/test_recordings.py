"""The shipped recordings, and which of them can be shown at once."""

from typing import Any

from service.recordings import shipped, side_by_side
from service.replay import replay_lines


def _told(document: dict[str, Any]) -> list[tuple[str, ...]]:
    return sorted(
        (each["incident_id"], each["status"], each["severity"], each["rca"]["narrative"])
        for each in document["incidents"]
    )


def test_recordings_shown_at_once_tell_what_each_tells_on_its_own() -> None:
    shown = side_by_side(shipped())
    assert len(shown) > 1
    alone = sorted(story for each in shown for story in _told(replay_lines(each.lines)))
    assert _told(replay_lines(line for each in shown for line in each.lines)) == alone
    assert {status for _, status, _, _ in alone} == {"OPEN"}
