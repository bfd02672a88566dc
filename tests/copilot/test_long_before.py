"""A version that a stream had long been good with is not what its new values came with."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scenarios.expecting import assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario_fleet import ORDERS, YESTERDAY, fleet, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Night
from tests.scenarios.scenario_streams import flow

STREAM = "urn:dp:orders:created"
NEW_VALUE = "UNKNOWN_ENUM:channel:VOICE"
LANDED = replace(ORDERS, reads=(STREAM,), gates=BATCH_GATES)


@pytest.mark.parametrize(
    ("hours", "kind", "key"), [(14, "SCHEMA_DRIFT", "orders-svc"), (0.01, "DEPLOYMENT", "orders-svc:v2.0")]
)
def test_a_change_counts_only_where_the_new_value_came_soon_after(hours: float, kind: str, key: str) -> None:
    scenario = fleet("native", [LANDED], slo={LANDED.writes: {"dq": {"compliance_rate": 0.99}}})
    began = scenario.at(YESTERDAY, "18:00")
    shipped = began - timedelta(hours=hours)
    for start, end, version in ((shipped - timedelta(hours=30), shipped, "v1.0"), (shipped, began, "v2.0")):
        flow(scenario, STREAM, start, end, count=60, service="orders-svc", version=version)
    scenario.deploy(shipped - timedelta(minutes=1), "orders-svc", "v2.0", previous_version="v1.0")
    flow(
        scenario, STREAM, began, began + timedelta(hours=5), count=60, bad=30, result="WARN",
        service="orders-svc", version="v2.0", reason=NEW_VALUE,
    )  # fmt: skip
    tonight(scenario, [LANDED], {LANDED.job: Night(gate_results={"G4_CONTRACT": NEW_VALUE})})
    assert_cause(replay(scenario), kind, key)
