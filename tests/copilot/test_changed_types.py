"""A column's type that changed upstream explains a cast that fails, and values that fail below it."""

from dataclasses import replace

import pytest

from tests.scenarios.expecting import assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Scenario
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night

FINE = (("order_id", "string"), ("total", "decimal"))
CHANGED = (("order_id", "string"), ("total", "string"))
RAW = Batch("job://spark/orders_load", "ds://bronze/orders", start="00:10", minutes=10)
STAGED = Batch("job://spark/orders_stage", "ds://staging/orders", (RAW.writes,), start="00:25", minutes=10)
BUILD = replace(ORDERS, reads=(STAGED.writes,))
ROW = (RAW, STAGED, BUILD)
CAST = "ValueError: could not convert string to float: '12,50'"


def _fleet(**slo: object) -> Scenario:
    """The first table tells its columns, the one after it promises and says nothing."""
    promised = {RAW.writes: {}, STAGED.writes: {}} | slo
    return fleet("openlineage", ROW, slo=promised, usual=Night(schema=FINE))  # type: ignore[arg-type]


def test_a_cast_that_names_no_column_is_seen_back_to_the_type_that_changed() -> None:
    scenario = _fleet()
    failing = Night(outcome="fail", minutes=3, reason=CAST)
    tonight(
        scenario, ROW,
        {RAW.job: Night(schema=CHANGED), STAGED.job: failing, BUILD.job: Night(outcome="absent")},
    )  # fmt: skip
    incident = assert_cause(replay(scenario), "SCHEMA_DRIFT", RAW.writes)
    assert "SCHEMA_BREAK:total" in incident["rca"]["root_cause"]["summary"]


def test_a_cast_that_fails_where_no_type_changed_is_the_jobs_own_failure() -> None:
    scenario = _fleet()
    failing = Night(outcome="fail", minutes=3, reason=CAST)
    tonight(
        scenario, ROW,
        {RAW.job: Night(schema=FINE), STAGED.job: failing, BUILD.job: Night(outcome="absent")},
    )  # fmt: skip
    assert_cause(replay(scenario), "JOB_FAILED", STAGED.job)


@pytest.mark.parametrize(("schema", "kind"), [(CHANGED, "SCHEMA_DRIFT"), (FINE, "SOURCE_DATA_ANOMALY")])
def test_values_that_fail_below_a_column_of_another_type_are_drift(
    schema: tuple[tuple[str, str], ...], kind: str
) -> None:
    checked = replace(BUILD, gates=BATCH_GATES)
    row = (RAW, STAGED, checked)
    dq = {"dq": {"compliance_rate": 0.99}}
    scenario = fleet(
        "openlineage", row, slo={RAW.writes: {}, STAGED.writes: {}, checked.writes: dq},
        usual=Night(schema=FINE), history=HISTORY,
    )  # fmt: skip
    failing = Night(schema=FINE, gate_results={"G4_CONTRACT": "NULL_RATE:total"})
    usual = Night(schema=schema)
    tonight(
        scenario, row, {RAW.job: usual, STAGED.job: Night(schema=FINE), checked.job: failing}, day=TONIGHT
    )
    assert_cause(replay(scenario), kind, RAW.writes if kind == "SCHEMA_DRIFT" else checked.writes)


def test_records_that_its_own_checks_kept_out_explain_few_rows() -> None:
    raw = replace(RAW, gates=BATCH_GATES)
    volume = {"volume": {"anomaly_threshold_pct": 40}}
    scenario = fleet("native", [raw], slo={raw.writes: volume})
    kept_out = Night(rows=40_000, gate_results={"G4_CONTRACT": "UNKNOWN_ENUM:channel:VOICE"})
    tonight(scenario, [raw], {raw.job: kept_out})
    assert_cause(replay(scenario), "SCHEMA_DRIFT", raw.writes)
