"""A change of the service behind a stream is weighed for how much of it lands, as for what is in it."""

from datetime import datetime, timedelta

import pytest

from tests.scenarios.expecting import Json, assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Scenario, rfc3339
from tests.scenarios.scenario_openlineage import PRODUCER, SCHEMA_URL, dataset, facet
from tests.scenarios.scenario_streams import flow

CLICKS, LANDED = "urn:dp:web:clicks", "ds://bronze/clicks"
SERVICE = "clicks-svc"
VOLUME: Json = {"volume": {"anomaly_threshold_pct": 40}}
FIRST, HOURS, DROP = datetime.fromisoformat("2026-01-14T00:00:00+00:00"), 40, 36
USUAL, FEW = 3_000, 700


def _scenario(*, validated: bool, version: str = "v2") -> Scenario:
    """A stream that a service produces lands every hour; for its last hours little of it does."""
    scenario = Scenario("UTC")
    scenario.dataset(FIRST - timedelta(hours=1), CLICKS, service=SERVICE)
    scenario.dataset(FIRST - timedelta(hours=1), LANDED, slo=VOLUME)
    scenario.stream_mapping(FIRST - timedelta(hours=1), "web.clicks", CLICKS, SERVICE)
    scenario.mapping(FIRST - timedelta(hours=1), "kafka://broker:9092", "web.clicks", CLICKS)
    for hour in range(HOURS):
        start = FIRST + timedelta(hours=hour)
        if validated:
            flow(
                scenario, CLICKS, start, start + timedelta(hours=1), count=24 if hour < DROP else 6,
                service=SERVICE, version="v1" if hour < DROP else version, topic="web.clicks",
            )  # fmt: skip
        _land(scenario, start + timedelta(hours=1, minutes=2), (USUAL if hour < DROP else FEW) + hour % 3 * 9)
    return scenario.ticks(FIRST, FIRST + timedelta(hours=HOURS + 1), 30)


def _land(scenario: Scenario, when: datetime, rows: int) -> None:
    output = dataset(LANDED, when.date().isoformat())
    output["outputFacets"] = {
        "outputStatistics": facet("OutputStatisticsOutputDatasetFacet") | {"rowCount": rows}
    }
    for state, moment in (("START", when - timedelta(minutes=1)), ("COMPLETE", when)):
        scenario.emit(moment, "openlineage", {
            "eventType": state, "eventTime": rfc3339(moment), "producer": PRODUCER, "schemaURL": SCHEMA_URL,
            "run": {"runId": f"land-{when:%d%H}", "facets": {}},
            "job": {"namespace": "spark", "name": "land_clicks", "facets": {}},
            "inputs": [dataset(CLICKS)], "outputs": [output],
        })  # fmt: skip


@pytest.mark.parametrize("validated", [True, False])
def test_a_version_that_sends_less_is_found_above_the_table_that_has_less(validated: bool) -> None:
    scenario = _scenario(validated=validated)
    scenario.deploy(FIRST + timedelta(hours=DROP, minutes=-5), SERVICE, "v2")
    assert_cause(replay(scenario), "DEPLOYMENT", f"{SERVICE}:v2")


def test_a_version_that_good_hours_came_after_is_not_the_cause() -> None:
    scenario = _scenario(validated=True, version="v1")
    scenario.deploy(FIRST + timedelta(hours=DROP - 8), SERVICE, "v2")
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", CLICKS, LANDED)


def test_a_change_of_another_service_is_not_the_cause() -> None:
    scenario = _scenario(validated=True, version="v1")
    scenario.deploy(FIRST + timedelta(hours=DROP, minutes=-5), "search-svc", "v2")
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", CLICKS, LANDED)
