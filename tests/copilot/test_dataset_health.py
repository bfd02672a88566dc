"""What is said of a data set's health: since when it is bad, and when it was good last."""

import pytest

from tests.scenarios.expecting import Json
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form
from tests.scenarios.scenario_fleet import FIRST_BAD, ORDERS, STORES, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Night, run

DENIED = Night(outcome="fail", minutes=5, reason="Permission denied")


def _health(form: Form, *, mended: bool) -> dict[str, Json]:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: DENIED})
    if mended:
        run(scenario, ORDERS, TONIGHT, Night(start="02:20", minutes=5))
    found: dict[str, Json] = replay(scenario)["datasets"]
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_broken_data_set_says_since_when_and_when_it_was_good(form: Form) -> None:
    told = _health(form, mended=False)
    assert told[ORDERS.writes]["status"] == "CRITICAL"
    assert told[ORDERS.writes]["first_bad"] == FIRST_BAD
    assert told[ORDERS.writes]["last_good"].startswith("2026-01-14T06:3")
    assert (told[STORES.writes]["status"], "first_bad" in told[STORES.writes]) == ("OK", False)


@pytest.mark.parametrize("form", FORMS)
def test_a_data_set_that_has_mended_is_bad_no_more(form: Form) -> None:
    told = _health(form, mended=True)[ORDERS.writes]
    assert (told["status"], "first_bad" in told) == ("OK", False)
    assert told["last_good"] == "2026-01-15T07:25:00.000Z"
