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


def test_an_event_of_another_century_is_refused_and_moves_no_clock() -> None:
    lines = list(next(each.lines for each in shipped() if each.name.startswith("006")))
    far = [f'{{"time":"{year}-01-01T00:00:00Z","kind":"tick","body":{{}}}}' for year in (9999, 2100)]
    with_far, without = replay_lines([*lines, *far]), replay_lines(lines)
    assert [each["line"] for each in with_far["rejected"]] == [len(lines) + 1, len(lines) + 2]
    assert with_far["signals"] == without["signals"]
