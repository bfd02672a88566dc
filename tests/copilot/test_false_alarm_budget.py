from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from copilot.budget import LEAST_ANSWERS, demoted, is_false_alarm, spending

NOW = datetime(2026, 3, 31, tzinfo=UTC)


def _said(
    number: int, *, false: bool, kind: str = "VOLUME_ANOMALY", hours_ago: int | None = None
) -> dict[str, Any]:
    at = NOW - timedelta(hours=600 - number if hours_ago is None else hours_ago)
    verdict = {"verdict": "WRONG", "actual_cause": "false alarm"} if false else {"verdict": "CORRECT"}
    return {"incident_id": f"inc-{number}", "signal_type": kind, "at": at.isoformat(), **verdict}


def test_two_false_alarms_of_twenty_are_over_budget_and_one_is_not():
    one = [_said(number, false=number == 3) for number in range(LEAST_ANSWERS)]
    two = [_said(number, false=number in (3, 4)) for number in range(LEAST_ANSWERS)]
    assert demoted(spending(one, {}, NOW)) == {}
    assert demoted(spending(two, {}, NOW)) == {"VOLUME_ANOMALY": datetime.fromisoformat(two[-1]["at"])}


def test_few_answers_demote_nobody():
    assert demoted(spending([_said(number, false=True) for number in range(19)], {}, NOW)) == {}


def test_what_was_said_before_a_reset_or_a_month_ago_does_not_count():
    said = [_said(number, false=True) for number in range(30)]
    assert spending(said, {"VOLUME_ANOMALY": NOW}, NOW) == {}
    assert spending([_said(number, false=True, hours_ago=24 * 31) for number in range(30)], {}, NOW) == {}


def test_the_last_word_on_an_incident_counts():
    first, last = _said(1, false=True, hours_ago=9), _said(1, false=False, hours_ago=1)
    (found,) = spending([last, first], {}, NOW).values()
    assert (found.answers, found.false_alarms, found.share) == (1, 0, 0.0)


def test_a_wrong_cause_is_no_false_alarm():
    assert not is_false_alarm({"verdict": "WRONG", "actual_cause": "orders-svc:v2"})
    assert not is_false_alarm({"verdict": "WRONG"})
    assert not is_false_alarm({"verdict": "CORRECT", "actual_cause": "none"})
    assert is_false_alarm({"verdict": "WRONG", "actual_cause": " None "})


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["DQ_BREACH", "VOLUME_ANOMALY"])), max_size=60),
    st.randoms(),
)
def test_the_order_of_answers_does_not_matter_and_engines_pay_for_themselves(
    told: list[tuple[bool, str]], random: Any
):
    said = [_said(number, false=false, kind=kind) for number, (false, kind) in enumerate(told)]
    shuffled = random.sample(said, len(said))
    assert spending(said, {}, NOW) == spending(shuffled, {}, NOW)
    for kind, found in spending(said, {}, NOW).items():
        assert found.answers == sum(each == kind for _, each in told)
        assert (found.demoted_at is not None) <= (found.false_alarms >= 1)
