"""The small fleet most rule scenarios happen to: due at 02:00 in New York, ten healthy nights."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.scenarios.scenario import Form, Json, Scenario, day_before, days, freshness
from tests.scenarios.scenario_runs import USUAL, Batch, Night, night, nights, run

HISTORY = days("2026-01-05", "2026-01-14")
YESTERDAY, TONIGHT = "2026-01-14", "2026-01-15"
DUE, GRACE = "02:00 ET", "10m"
FIRST_BAD = "2026-01-15T07:10:00.000Z"

ORDERS = Batch("job://spark/orders_build", "ds://curated/orders")
STORES = Batch("job://spark/stores_build", "ds://curated/stores", start="00:30", minutes=20)


def fleet(
    form: Form = "native",
    batches: Sequence[Batch] = (ORDERS,),
    *,
    slo: Mapping[str, Json] | None = None,
    fields: Mapping[str, Json] | None = None,
    history: Sequence[str] = HISTORY,
    usual: Night = USUAL,
    zone: str = "America/New_York",
) -> Scenario:
    """Registered tables with their nights, and an unrelated one (``STORES``) that is always healthy.

    ``slo`` gives by data set URN what it promises (default: freshness at 02:00 ET; ``{}`` for
    nothing), ``fields`` further fields of its registration, ``usual`` what the nights of
    ``history`` have in common.
    """
    scenario = Scenario(zone, form=form)
    early = scenario.at(day_before(history[0]), "12:00")
    for batch in (*batches, STORES):
        promise = (slo or {}).get(batch.writes, freshness(DUE, GRACE))
        own: dict[str, Any] = {"job": batch.job, **((fields or {}).get(batch.writes, {}))}
        own |= {"slo": promise} if promise else {}
        scenario.dataset(early, batch.writes, **own)
    nights(scenario, [*batches, STORES], history, usual)
    return scenario


def tonight(
    scenario: Scenario,
    batches: Sequence[Batch] = (ORDERS,),
    unlike: Mapping[str, Night] | None = None,
    *,
    day: str = TONIGHT,
    until: str = "02:30",
) -> dict[str, str]:
    """The night in question, with the unrelated table and a tick every five minutes. Run ids by job."""
    run(scenario, STORES, day)
    run_ids = night(scenario, batches, day, unlike)
    scenario.ticks(scenario.at(day, "00:00"), scenario.at(day, until))
    return run_ids


def noon(scenario: Scenario, day: str = YESTERDAY) -> datetime:
    """Midday, local: between two nights."""
    return scenario.at(day, "12:00")
