"""The naive baselines answer as such rules do: right where they can be, fooled where they must be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.rcabench.answers import Answer
from service.rcabench.baselines import LATEST, NEAREST, answers
from service.rcabench.case import Case
from tests.rcabench.score_parts import envelope, fault, recorded

RAW, MADE, SOLD = "ds://x/raw", "ds://x/made", "ds://x/sold"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(hours: float) -> str:
    return (NOON - timedelta(hours=hours)).isoformat()


def ran(job: str, hours: float, state: str, reads: str = "", writes: str = "") -> list[dict[str, Any]]:
    run: dict[str, Any] = {
        "producer_urn": f"job://spark/{job}", "run_id": f"{job}-{hours}",
        "input_datasets": [reads] if reads else [], "output_datasets": [writes] if writes else [],
    }  # fmt: skip
    started = envelope(at(hours), "job_event", event_type="JobRunStarted", event_time=at(hours), **run)
    if state == "JobRunStarted":
        return [started]
    return [
        started,
        envelope(at(hours - 0.5), "job_event", event_type=state, event_time=at(hours - 0.5), **run),
    ]


def shipped(service: str, hours: float, *jobs: str) -> dict[str, Any]:
    return envelope(
        at(hours), "deployment", service=service, version="v2", deployed_at=at(hours),
        jobs=[f"job://spark/{job}" for job in jobs],
    )  # fmt: skip


def asked(*events: dict[str, Any], broken: str = SOLD) -> dict[str, Answer]:
    case = Case("c", 0, tuple(sorted(events, key=lambda each: each["time"])), at(0))
    return {name: told[0] for name, told in answers(case, [fault(broken)]).items()}


CHAIN = [
    *ran("load", 30, "JobRunCompleted", writes=RAW),
    *ran("make", 29, "JobRunCompleted", RAW, MADE),
    *ran("sell", 28, "JobRunCompleted", MADE, SOLD),
]


def test_the_latest_deployment_upstream_is_blamed_whatever_it_was() -> None:
    found = asked(
        *CHAIN, shipped("loader", 20, "load"), shipped("maker", 10, "make"), shipped("other", 5, "elsewhere")
    )
    assert found[LATEST].cause == ("DEPLOYMENT", "maker:v2")
    assert found[LATEST].candidates == (("DEPLOYMENT", "maker:v2"), ("DEPLOYMENT", "loader:v2"))
    assert found[LATEST].path == (MADE, SOLD)


def test_a_deployment_after_the_failure_is_not_blamed() -> None:
    late = asked(
        *CHAIN,
        *ran("sell", 4, "JobRunFailed", MADE, SOLD),
        shipped("maker", 10, "make"),
        shipped("seller", 1, "sell"),
    )
    assert late[LATEST].cause == ("DEPLOYMENT", "maker:v2")


def test_a_new_version_that_only_the_runs_show_is_a_deployment_too() -> None:
    def versioned(hours: float, version: str) -> dict[str, Any]:
        event = ran("make", hours, "JobRunStarted", RAW, MADE)[0]
        event["body"]["code_ref"] = version
        return event

    found = asked(*CHAIN, versioned(20, "sha-1"), versioned(4, "sha-2"))
    assert found[LATEST].cause == ("DEPLOYMENT", "job://spark/make:sha-2")


def test_the_nearest_failing_thing_hides_one_further_up() -> None:
    failed = [*ran("load", 6, "JobRunFailed", writes=RAW), *ran("make", 5, "JobRunFailed", RAW, MADE)]
    found = asked(*CHAIN, *failed)[NEAREST]
    assert found.cause == ("JOB_FAILED", "job://spark/make")
    assert found.candidates == (("JOB_FAILED", "job://spark/make"), ("JOB_FAILED", "job://spark/load"))
    assert found.path == (MADE, SOLD)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("MISSING_FIELD:id", ("SCHEMA_DRIFT", "shop-svc")),
        ("NULL_RATE:id", ("SOURCE_DATA_ANOMALY", RAW)),
    ],
)
def test_failing_evidence_is_drift_or_an_anomaly_by_its_reason(reason: str, cause: tuple[str, str]) -> None:
    evidence = [
        envelope(
            at(4 - number / 100), "evidence", timestamp=at(4 - number / 100), dataset_urn=RAW,
            producer={"id": "shop-svc"}, validation={"result": "FAIL", "reason_codes": [reason]},
        )
        for number in range(20)
    ]  # fmt: skip
    assert asked(*CHAIN, *evidence)[NEAREST].cause == cause


def test_a_run_that_does_not_end_and_one_that_does_not_begin_are_seen_where_nothing_failed() -> None:
    days = [each for day in (4, 3, 2) for each in ran("sell", 24 * day + 2, "JobRunCompleted", MADE, SOLD)]
    assert asked(*days, *ran("sell", 2, "JobRunStarted", MADE, SOLD))[NEAREST].cause == (
        "JOB_RUNNING_SLOW", "job://spark/sell",
    )  # fmt: skip
    assert asked(*days)[NEAREST].cause == ("JOB_NOT_TRIGGERED", "job://spark/sell")


def test_where_nothing_is_found_nothing_is_said() -> None:
    found = asked(*CHAIN[:2], broken=SOLD)
    assert found[LATEST].cause is None
    assert found[NEAREST].cause is None


def test_the_latest_deployment_is_right_on_a_bad_release() -> None:
    case = recorded("001-contract-break")
    found = answers(case, [fault("urn:dp:orders:created")])[LATEST][0]
    assert found.cause == ("DEPLOYMENT", "orders-svc:v3.17")


def test_the_nearest_failure_is_found_behind_tables_that_are_late() -> None:
    case = recorded("007-red-herring")
    found = answers(case, [fault("ds://gold/exposure")])[NEAREST][0]
    assert found.cause == ("JOB_FAILED", "job://spark/load_rates")
