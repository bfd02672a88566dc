"""An engine whose incidents were false alarms too often opens none, until somebody resets it."""

from datetime import UTC, datetime, timedelta

import pytest

from service.engine import Engine, store_for
from signal_factory.errors import NotFound
from signal_factory.wire import Envelope

DAY = datetime(2026, 3, 2, tzinfo=UTC)
STREAMS = [f"urn:dp:shop:stream_{number:02d}" for number in range(21)]


def _engine() -> Engine:
    engine = Engine(store_for(None))
    for urn in STREAMS:
        body = {"urn": urn, "tier": 1, "slo": {"contract": {"compliance_rate": 0.95}}}
        engine.apply(Envelope(time=DAY, kind="dataset", body=body))
    return engine


def _fail(engine: Engine, urns: list[str], at: datetime) -> None:
    for second in range(30):
        moment = at + timedelta(seconds=second)
        for urn in urns:
            body = {
                "evidence_id": f"evd-{urn[-2:]}x{moment:%H%M%S}", "timestamp": moment.isoformat(),
                "dataset_urn": urn,
                "validation": {"result": "FAIL", "failed_gates": ["CONTRACT"], "reason_codes": ["NULL_VALUE:a"]},
            }  # fmt: skip
            engine.apply(Envelope(time=moment, kind="evidence", body=body))
    engine.advance(at + timedelta(minutes=6))


def _overspent() -> Engine:
    engine = _engine()
    _fail(engine, STREAMS[:20], DAY + timedelta(hours=10))
    for number, incident in enumerate(engine.incidents()):
        said = ("WRONG", "false alarm") if number < 2 else ("CORRECT", None)
        engine.feedback(incident["incident_id"], *said, None, DAY + timedelta(hours=11), "tests")
    return engine


def test_an_engine_over_budget_opens_no_more_incidents() -> None:
    engine = _overspent()
    assert (engine.budgets()["CONTRACT_BREACH"].share, len(engine.incidents())) == (0.1, 20)
    _fail(engine, STREAMS[20:], DAY + timedelta(hours=12))
    assert len(engine.incidents()) == 20
    assert engine.datasets()[STREAMS[20]]["status"] == "CRITICAL"


def test_a_reset_lets_it_speak_again_and_survives_a_restart() -> None:
    engine = _overspent()
    _fail(engine, STREAMS[20:], DAY + timedelta(hours=12))
    engine.reset_budget("CONTRACT_BREACH", DAY + timedelta(hours=13))
    assert len(engine.incidents()) == 21
    rows = engine.take_dirty()
    assert rows["reset/CONTRACT_BREACH"]
    with pytest.raises(NotFound):
        engine.reset_budget("DQ_BREACH", DAY)
