"""A case goes through the engine that replay runs, and the whole chain to a table holds together."""

import json

import pytest

from service.rcabench.misses import classes, misses, varied
from service.rcabench.runner import run
from service.rcabench.score import score_case
from service.rcabench.summary import summary
from service.rcabench.table import lines
from service.replay import replay_lines
from tests.rcabench.score_parts import Case, fault, recorded, run_of

RELEASE = fault(
    "urn:dp:orders:created",
    answers=(("DEPLOYMENT", "orders-svc:v3.17"),),
    harmed=("urn:delta:prod:sales:orders_silver",),
    reachable=("urn:delta:prod:sales:orders_silver", "urn:delta:prod:sales:orders_gold_daily"),
    paths=(("urn:dp:orders:created",),),
)


@pytest.mark.parametrize("name", ["001-contract-break", "002-batch-schema-drift", "007-red-herring"])
def test_a_case_gives_the_incidents_that_replay_gives(name: str) -> None:
    case = recorded(name)
    told = replay_lines([json.dumps(event) for event in case.events], until=case.until)
    assert list(run(case).incidents) == told["incidents"]


def test_events_twice_and_events_after_the_look_change_nothing() -> None:
    case = recorded("003-freshness-slow")
    later = {"time": "2027-01-01T00:00:00Z", "kind": "tick", "body": {}}
    doubled = Case(case.case_id, 0, (*case.events, *case.events, later), case.until)
    assert run(doubled).incidents == run(case).incidents


def test_a_recording_is_graded_from_end_to_end() -> None:
    case = recorded("001-contract-break", RELEASE)
    score = score_case(case, run(case))
    assert score.grades[0].is_right
    assert score.grades[0].path_exact
    assert score.grades[0].radius_recall == 1.0
    assert score.strict
    assert score.cited > 10
    assert score.dangling == ()
    assert score.seconds > score.explained_s > 0


def test_the_summary_tells_shares_and_misses_and_can_be_printed() -> None:
    right = recorded("001-contract-break", RELEASE)
    good, missed = score_case(right, run(right)), score_case(right, run_of())
    document = summary([good, missed], frozenset({"releases"}), show_misses=5)
    assert document["methods"]["all"]["signal factory"]["top1"] == 0.5
    assert document["methods"]["held out"]["signal factory"]["faults"] == 2
    assert document["methods"]["tuned on"]["signal factory"]["top1"] is None
    assert document["conduct"]["missed"] == 0.5
    assert document["misses"][0]["what"] == "missed"
    assert document["miss_classes"] == [
        {"what": "missed", "fault": "bad_release", "expected": "DEPLOYMENT", "answered": "nothing", "count": 1,
         "seeds": [0]},
    ]  # fmt: skip
    json.dumps(document)
    text = "\n".join(line for line, _ in lines(document))
    assert "50.0%" in text
    assert "bad_release" in text


def test_a_summary_of_nothing_can_be_printed() -> None:
    assert list(lines(summary([], frozenset(), show_misses=5)))


def test_the_misses_shown_are_not_all_of_a_kind() -> None:
    case = recorded("001-contract-break", RELEASE)
    other = recorded("001-contract-break", fault("urn:dp:orders:created", name="job_crash"))
    scores = [score_case(case, run_of()) for _ in range(5)] + [score_case(other, run_of())]
    assert [miss.fault for miss in varied(misses(scores), 10)] == ["bad_release", "bad_release", "job_crash"]
    assert [each["count"] for each in classes(misses(scores))] == [5, 1]
