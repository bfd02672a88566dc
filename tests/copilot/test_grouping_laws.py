"""Episodes are grouped as if each were held against every group, and in a moment however many there were."""

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from copilot.episodes import Episode
from copilot.flapping import goes_on, is_same_failure, is_same_promise
from copilot.grouping import SAME_CAUSE, Told, group_of, grouped
from copilot.settled import Settled

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
CAUSES = (("cause", "DEPLOYMENT", "v1"), ("cause", "JOB_FAILED", "load"), ("open", "a", "b"), ("open",))
minutes = st.integers(0, 3_000)


@st.composite
def episodes(draw: st.DrawFn) -> Told:
    opened = BEGAN + timedelta(minutes=draw(minutes))
    first_bad = opened - timedelta(minutes=draw(st.sampled_from((0, 1, 30, 400))))
    lasted = draw(st.none() | st.integers(0, 600))
    return _told(
        draw(st.sampled_from(("orders", "users"))), draw(st.sampled_from(("quality:r1", "quality:r2", "freshness"))),
        opened, first_bad, lasted, draw(st.sampled_from(CAUSES)), is_stale=draw(st.booleans()),
    )  # fmt: skip


def _told(
    dataset: str, track: str, opened: datetime, first_bad: datetime, lasted: int | None,
    cause: tuple[str, ...], *, is_stale: bool = False,
) -> Told:  # fmt: skip
    mended = None if lasted is None else opened + timedelta(minutes=lasted)
    good = first_bad - timedelta(minutes=5)
    episode = Episode(
        dataset, track, "DQ_BREACH", opened, first_bad, good, "CRITICAL", True, mended, is_stale,
        signatures=["NULL_VALUE:x"],
    )  # fmt: skip
    return episode, Settled(list(cause), {})


def _by_looking_at_all(told: list[Told]) -> list[list[Told]]:
    groups: list[list[Told]] = []
    for each in told:
        name = group_of(*each)
        home = next(iter(_homes(groups, each[0], name)), None)
        if home is None:
            groups.append([each])
        else:
            home.append(each)
    return groups


def _homes(groups: list[list[Told]], episode: Episode, name: tuple[str, ...]) -> list[list[Told]]:
    near = [group for group in reversed(groups) if _touches(group, episode)]
    same = [group for group in near if name in _names(group)]
    if same or name == ("stale",):
        return same
    lasting = [group for group in reversed(groups) if name in _names(group) and _lasts(group, episode, name)]
    return lasting or [group for group in near if _flaps(group, episode, name)]


def _names(group: list[Told]) -> set[tuple[str, ...]]:
    return {group_of(*each) for each in group}


def _touches(group: list[Told], episode: Episode) -> bool:
    ends = [each.resolved_at for each, _ in group]
    return any(end is None or episode.first_bad <= end + SAME_CAUSE for end in ends)


def _lasts(group: list[Told], episode: Episode, name: tuple[str, ...]) -> bool:
    mends = [each.resolved_at for each, _ in group if is_same_promise(each, episode)]
    good = episode.last_good
    is_version = name[:2] == ("cause", "DEPLOYMENT") and good is not None
    return is_version and any(mend and good and good <= mend + timedelta(minutes=2) for mend in mends)


def _flaps(group: list[Told], episode: Episode, name: tuple[str, ...]) -> bool:
    names = _names(group)
    differ = name[0] == "cause" and any(each[0] == "cause" for each in names)
    fits = (goes_on(one, episode) and (not differ or is_same_failure(one, episode)) for one, _ in group)
    return ("stale",) not in names and any(fits)


@given(st.lists(episodes(), max_size=14))
def test_each_episode_finds_the_group_that_a_look_at_all_of_them_finds(told: list[Told]) -> None:
    told.sort(key=lambda each: (each[0].opened_at, each[0].key))
    assert grouped(told) == _by_looking_at_all(told)


def test_two_thousand_that_mended_are_grouped_in_a_moment() -> None:
    told = [
        _told(f"table_{n % 40}", "quality:r1", at := BEGAN + timedelta(hours=5 * n), at, 60, CAUSES[1])
        for n in range(2_000)
    ]
    began = time.process_time()
    groups = grouped(told)
    assert time.process_time() - began < 1.0, "held against every other it takes half a minute"
    assert len(groups) == len(told)
