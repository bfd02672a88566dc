"""An input that is itself wrong by what its reader measured is named, where nothing else tells of it."""

from dataclasses import replace

from tests.scenarios.expecting import Json, assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Scenario
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, fleet, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night, night

DROP = "ds://landing/orders"
LOAD = Batch("job://spark/orders_load", "ds://bronze/orders", (DROP,), start="00:10", minutes=10)
BUILD = replace(ORDERS, reads=(LOAD.writes,), minutes=20, gates=BATCH_GATES)
ROW = (LOAD, BUILD)
VOLUME: Json = {"volume": {"anomaly_threshold_pct": 40}}
DQ: Json = {"dq": {"compliance_rate": 0.99}}
USUAL, FEW = 100_000, 20_000
NULLS = {"G4_CONTRACT": "NULL_VALUE:customer_id"}


def _found(rows: int = USUAL, nulls: float = 0.001) -> Json:
    return {"rowCount": rows, "columnMetrics": {"customer_id": {"nullCount": round(rows * nulls)}}}


def _scenario(slo: Json) -> Scenario:
    """Ten nights whose readers count what they read; of the landing zone nothing else is told."""
    scenario = fleet("openlineage", ROW, slo={each.writes: slo for each in ROW}, history=HISTORY[:1])
    scenario.dataset(scenario.at(HISTORY[0], "00:00"), DROP)
    for number, day in enumerate(HISTORY[1:]):
        rows = USUAL + number * 7 % 5 * 900
        night(scenario, ROW, day, {each.job: Night(found={each.reads[0]: _found(rows)}) for each in ROW})
    return scenario


def _few(found: int) -> dict[str, Night]:
    """Few rows in both tables; of the landing zone ``found`` are read."""
    return {
        LOAD.job: Night(rows=FEW, found={DROP: _found(found)}),
        BUILD.job: Night(rows=FEW, found={LOAD.writes: _found(FEW)}),
    }


def _nulls(landed: float, loaded: float) -> dict[str, Night]:
    """The check of the second table fails; shares of nulls as they were read from both inputs."""
    return {
        LOAD.job: Night(found={DROP: _found(nulls=landed)}),
        BUILD.job: Night(found={LOAD.writes: _found(nulls=loaded)}, gate_results=NULLS),
    }


def test_few_rows_that_were_few_when_they_were_read_are_those_of_the_input() -> None:
    scenario = _scenario(VOLUME)
    tonight(scenario, ROW, _few(found=FEW))
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", DROP)
    assert incident["datasets"] == sorted([LOAD.writes, BUILD.writes])


def test_an_input_that_is_nearly_empty_is_named_too() -> None:
    scenario = _scenario(VOLUME)
    tonight(scenario, ROW, _few(found=3))
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", DROP)


def test_an_input_of_as_many_rows_as_ever_is_not_what_made_few_of_them() -> None:
    scenario = _scenario(VOLUME)
    tonight(scenario, ROW, _few(found=USUAL))
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", LOAD.writes)


def test_nulls_that_were_read_from_an_input_are_those_of_the_most_upstream_one() -> None:
    scenario = _scenario(DQ)
    tonight(scenario, ROW, _nulls(0.4, 0.4))
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", DROP)


def test_nulls_are_followed_no_further_than_they_are_measured() -> None:
    scenario = _scenario(DQ)
    tonight(scenario, ROW, _nulls(0.001, 0.4))
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", LOAD.writes)


def test_nulls_that_no_input_has_are_of_the_table_that_failed() -> None:
    scenario = _scenario(DQ)
    tonight(scenario, ROW, _nulls(0.001, 0.001))
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", BUILD.writes)


def test_a_deployment_of_what_writes_the_wrong_input_is_still_the_cause() -> None:
    scenario = _scenario(DQ)
    scenario.deploy(scenario.at("2026-01-14", "12:00"), "orders-load", "v2", jobs=[LOAD.job])
    tonight(scenario, ROW, _nulls(0.001, 0.4))
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-load:v2")
