"""What is said to one receiver, and what is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.routing.config import Match, PagerDutyRoute, Route, SlackRoute
from service.routing.decide import Ear, decide
from service.routing.model import Asset, Gate, Kind, Notice, Policy, Snapshot, Told

START = datetime(2026, 1, 19, 6, 0, tzinfo=UTC)
POLICY = Policy()
OPEN = Snapshot(
    "inc-1",
    "Orders are late",
    "SEV-2",
    True,
    START,
    "ds://gold/orders",
    ("ds://gold/orders",),
    ("orders",),
    1,
)
CLOSED = replace(OPEN, is_open=False)


def slack(**match: object) -> Route:
    return SlackRoute(channel="slack", webhook="env:X", match=Match.model_validate(match))


def pager(**match: object) -> Route:
    return PagerDutyRoute(channel="pagerduty", routing_key="env:X", match=Match.model_validate(match))


class Listener:
    """One receiver and its memory."""

    def __init__(self, route: Route | None = None) -> None:
        self.ear = Ear("here", route or slack())
        self.told: Told | None = None
        self.now = START
        self.heard: list[Notice] = []

    def sees(self, seen: Snapshot, *, after: timedelta = timedelta(minutes=1)) -> list[Kind]:
        self.now += after
        found = decide(seen, self.told, POLICY, ear=self.ear, now=self.now)
        self.told = found.told
        self.heard += found.notices
        return [each.kind for each in found.notices]


def test_an_open_incident_is_told_once() -> None:
    one = Listener()
    assert [one.sees(OPEN) for _ in range(3)] == [[Kind.OPENED], [], []]


def test_what_ended_before_anyone_was_told_is_not_told() -> None:
    assert Listener().sees(CLOSED) == []


def test_an_end_is_told_to_who_heard_of_the_beginning() -> None:
    one = Listener()
    one.sees(OPEN)
    assert one.sees(CLOSED) == [Kind.RESOLVED]
    assert one.sees(CLOSED) == []


def test_an_incident_that_comes_back_is_reopened() -> None:
    one = Listener()
    assert [one.sees(each) for each in (OPEN, CLOSED, OPEN, CLOSED)] == [
        [Kind.OPENED], [Kind.RESOLVED], [Kind.REOPENED], [Kind.RESOLVED],
    ]  # fmt: skip
    assert len({each.key for each in one.heard}) == 4


def test_only_a_severity_worse_than_the_worst_told_is_told() -> None:
    one = Listener()
    levels = ("SEV-3", "SEV-2", "SEV-3", "SEV-2", "SEV-1", "SEV-4", "SEV-1")
    said = [one.sees(replace(OPEN, severity=each)) for each in levels]
    assert said == [[Kind.OPENED], [Kind.RAISED], [], [], [Kind.RAISED], [], []]


def test_a_severity_that_rises_past_the_filter_is_a_beginning() -> None:
    one = Listener(slack(severities=["SEV-1"]))
    assert one.sees(OPEN) == []
    assert one.sees(replace(OPEN, severity="SEV-1")) == [Kind.OPENED]
    assert one.sees(OPEN) == []
    assert one.sees(CLOSED) == [Kind.RESOLVED]


@pytest.mark.parametrize(("tier", "hours"), [(1, 24), (2, 48), (3, 72), (None, 72)])
def test_what_stays_open_past_its_tier_s_limit_escalates_once(tier: int | None, hours: int) -> None:
    one = Listener()
    seen = replace(OPEN, tier=tier)
    one.sees(seen)
    assert one.sees(seen, after=timedelta(hours=hours, minutes=-2)) == []
    assert one.sees(seen, after=timedelta(minutes=1)) == [Kind.ESCALATED]
    assert one.sees(seen, after=timedelta(hours=100)) == []
    assert one.sees(CLOSED) == [Kind.RESOLVED]
    assert one.heard[-1].closes == ("inc-1", "inc-1/escalated/1")


def test_a_reopened_incident_has_its_limit_anew() -> None:
    one = Listener()
    for each in (OPEN, CLOSED):
        one.sees(each, after=timedelta(hours=20))
    assert one.sees(OPEN, after=timedelta(hours=20)) == [Kind.REOPENED]
    assert one.sees(OPEN, after=timedelta(hours=23)) == []
    assert one.sees(OPEN, after=timedelta(hours=1)) == [Kind.ESCALATED]


def test_a_route_for_escalations_hears_of_nothing_else_but_their_end() -> None:
    one = Listener(slack().model_copy(update={"kinds": (Kind.ESCALATED, Kind.RESOLVED)}))
    assert one.sees(OPEN) == []
    assert one.sees(OPEN, after=timedelta(hours=25)) == [Kind.ESCALATED]
    assert one.sees(CLOSED) == [Kind.RESOLVED]
    one.sees(OPEN)
    assert one.sees(CLOSED) == []


@pytest.mark.parametrize(
    ("gate", "chat", "page"),
    [(Gate.G0, False, False), (Gate.G1, True, False), (Gate.G2, True, True), (Gate.G3, True, True)],
)
def test_the_gate_decides_who_hears(gate: Gate, chat: bool, page: bool) -> None:
    seen = replace(OPEN, gate=gate)
    assert (Listener(slack()).sees(seen) == [Kind.OPENED]) is chat
    assert (Listener(pager()).sees(seen) == [Kind.OPENED]) is page


def test_at_g1_nothing_is_raised_or_escalated() -> None:
    one = Listener()
    warned = replace(OPEN, gate=Gate.G1)
    assert one.sees(warned) == [Kind.OPENED]
    assert one.sees(replace(warned, severity="SEV-1"), after=timedelta(hours=30)) == []
    assert one.sees(replace(OPEN, severity="SEV-1")) == [Kind.ESCALATED]
    assert one.sees(replace(OPEN, severity="SEV-1")) == []


def test_an_escalation_tells_the_worse_severity_with_it() -> None:
    one = Listener()
    assert one.sees(replace(OPEN, severity="SEV-2")) == [Kind.OPENED]
    assert one.sees(replace(OPEN, severity="SEV-1"), after=timedelta(hours=30)) == [Kind.ESCALATED]
    raises = Listener(slack().model_copy(update={"kinds": (Kind.OPENED, Kind.RAISED)}))
    assert raises.sees(replace(OPEN, severity="SEV-2")) == [Kind.OPENED]
    assert raises.sees(replace(OPEN, severity="SEV-1"), after=timedelta(hours=30)) == [Kind.RAISED]


def test_a_gate_that_opens_later_lets_the_incident_be_told_then() -> None:
    one = Listener()
    assert one.sees(replace(OPEN, gate=Gate.G0)) == []
    assert one.sees(OPEN) == [Kind.OPENED]
    assert one.sees(replace(CLOSED, gate=Gate.G0)) == [Kind.RESOLVED]


def test_a_flapping_incident_gets_one_notice_and_one_end() -> None:
    one = Listener()
    said = [one.sees(each) for _ in range(8) for each in (OPEN, CLOSED)]
    assert said[:7] == [
        [Kind.OPENED], [Kind.RESOLVED], [Kind.REOPENED], [Kind.RESOLVED], [Kind.REOPENED], [Kind.RESOLVED],
        [Kind.FLAPPING],
    ]  # fmt: skip
    assert said[7:] == [[]] * 9
    assert one.sees(CLOSED, after=timedelta(minutes=59)) == []
    assert one.sees(CLOSED) == [Kind.RESOLVED]
    assert one.sees(OPEN) == [Kind.REOPENED]


def test_an_incident_that_flaps_under_new_ids_is_damped_too() -> None:
    ear, now, memory, said = Ear("here", slack()), START, None, list[Kind]()
    for number in range(8):
        seen, told = replace(OPEN, incident_id=f"inc-{number}"), None
        for each in (seen, replace(seen, is_open=False)):
            now += timedelta(minutes=1)
            found = decide(each, told, POLICY, ear=ear, now=now, earlier=memory)
            said += [notice.kind for notice in found.notices]
            told = found.told
        memory = told
    assert said == [Kind.OPENED, Kind.RESOLVED] * 3 + [Kind.FLAPPING]


def test_what_opened_in_silence_and_stays_is_told_when_the_flapping_is_over() -> None:
    flaps = Told("inc-0", OPEN.subject, START, hushed=True, openings=(START,) * 4)
    found = decide(OPEN, None, POLICY, ear=Ear("here", slack()), now=START, earlier=flaps)
    assert found.notices == ()
    later = decide(OPEN, found.told, POLICY, ear=Ear("here", slack()), now=START + timedelta(hours=1))
    assert [each.kind for each in later.notices] == [Kind.OPENED]


ASSET = Asset("ds://gold/finance", "finance", 2, Gate.G2, START + timedelta(hours=3))
HIT = replace(OPEN, at_risk=(ASSET,))


def test_owners_downstream_are_warned_once_before_their_deadline() -> None:
    one = Listener(slack(teams=["finance"]))
    assert [one.sees(HIT), one.sees(HIT)] == [[Kind.AT_RISK], []]
    assert one.heard[0].team == "finance"
    assert one.heard[0].assets == (ASSET,)
    assert one.sees(replace(HIT, is_open=False)) == [Kind.RESOLVED]


@pytest.mark.parametrize("hours", [-1, 0, 13])
def test_a_deadline_that_passed_or_is_far_off_is_no_warning(hours: int) -> None:
    seen = replace(OPEN, at_risk=(replace(ASSET, due=START + timedelta(hours=hours)),))
    assert Listener(slack(teams=["finance"])).sees(seen) == []


def test_who_follows_the_incident_is_not_warned_of_it() -> None:
    one = Listener(slack(teams=["orders", "finance"]))
    assert one.sees(HIT) == [Kind.OPENED]
    assert Listener(slack()).sees(HIT) == [Kind.OPENED]


def test_a_warned_team_hears_of_the_incident_when_it_is_hit() -> None:
    one = Listener(slack(teams=["finance"]))
    one.sees(HIT)
    assert one.sees(replace(OPEN, teams=("orders", "finance"))) == [Kind.OPENED]
    assert one.heard[-1].team == "finance"
    assert one.sees(CLOSED) == [Kind.RESOLVED]


def test_an_asset_at_g1_warns_nobody() -> None:
    seen = replace(OPEN, at_risk=(replace(ASSET, gate=Gate.G1),))
    assert Listener(slack(teams=["finance"])).sees(seen) == []


@pytest.mark.parametrize(
    ("match", "hears"),
    [
        ({"teams": ["orders"]}, True), ({"teams": ["others"]}, False), ({"tiers": [1]}, True),
        ({"tiers": [2, 3]}, False), ({"datasets": ["ds://gold/*"]}, True), ({"datasets": ["ds://raw/*"]}, False),
        ({"severities": ["SEV-2"]}, True), ({"severities": ["SEV-1"]}, False), ({"gates": ["G3"]}, False),
        ({"gates": ["G2"], "teams": ["orders"]}, True), ({"gates": ["G2"], "teams": ["x"]}, False),
    ],
)  # fmt: skip
def test_a_route_hears_what_fits_all_it_names(match: dict[str, object], hears: bool) -> None:
    assert bool(Listener(slack(**match)).sees(OPEN)) is hears
