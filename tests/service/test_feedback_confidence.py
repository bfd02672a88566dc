"""Verdicts of people correct the confidence that is shown from then on, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.engine import Engine, store_for
from signal_factory.reports import RCAReport
from signal_factory.wire import Envelope

DAY = datetime(2026, 3, 2, tzinfo=UTC)
STREAMS = [f"urn:dp:shop:stream_{number:02d}" for number in range(12)]


def _broken() -> Engine:
    engine = Engine(store_for(None))
    for urn in STREAMS:
        body = {"urn": urn, "tier": 1, "slo": {"contract": {"compliance_rate": 0.95}}}
        engine.apply(Envelope(time=DAY, kind="dataset", body=body))
    start = DAY + timedelta(hours=10)
    for moment in (start + timedelta(seconds=second) for second in range(30)):
        for urn in STREAMS:
            body = {
                "evidence_id": f"evd-{urn[-2:]}x{moment:%H%M%S}", "timestamp": moment.isoformat(),
                "dataset_urn": urn,
                "validation": {"result": "FAIL", "failed_gates": ["CONTRACT"], "reason_codes": ["MISSING_FIELD:a"]},
            }  # fmt: skip
            engine.apply(Envelope(time=moment, kind="evidence", body=body))
    engine.advance(start + timedelta(minutes=6))
    return engine


def _say(engine: Engine, verdict: str, count: int = len(STREAMS)) -> list[dict[str, Any]]:
    return [
        engine.feedback(incident["incident_id"], verdict, None, None, DAY + timedelta(hours=11), "tests")
        for incident in engine.incidents()[:count]
    ]


def _shown(engine: Engine) -> list[float]:
    return [incident["rca"]["confidence"]["score"] for incident in engine.incidents()]


def test_explanations_that_were_wrong_make_the_next_ones_less_sure() -> None:
    engine = _broken()
    before, causes = _shown(engine), [each["rca"]["root_cause"]["entity"] for each in engine.incidents()]
    _say(engine, "WRONG")
    after = _shown(engine)
    assert all(late < early for early, late in zip(before, after, strict=True))
    assert [each["rca"]["root_cause"]["entity"] for each in engine.incidents()] == causes
    assert engine.confidence_line().document()["verdicts"] == len(STREAMS)
    for incident in engine.incidents():
        told = RCAReport.model_validate(incident["rca"]).confidence
        assert sum(each.value * each.weight for each in told.factors) == pytest.approx(told.score, abs=1e-3)
        assert told.fitted in before


def test_the_next_verdict_is_kept_with_what_the_table_said() -> None:
    engine = _broken()
    fitted = _shown(engine)
    first = _say(engine, "WRONG")
    again = _say(engine, "WRONG")
    assert {each["fitted_confidence"] for each in (*first, *again)} == set(fitted)
    assert {each["confidence"] for each in again} != {each["confidence"] for each in first}


def test_what_people_said_survives_a_restart_and_the_graph_does_not_change() -> None:
    engine = _broken()
    engine.take_dirty()
    hashed = engine.stats()["graph_hash"]
    _say(engine, "WRONG", 8)
    rows = engine.take_dirty()
    again = Engine(store_for(None))
    again.load({key: row for key, row in rows.items() if key.startswith("feedback/")})
    assert again.confidence_line() == engine.confidence_line()
    assert engine.confidence_line().verdicts == 8
    assert _shown(engine)
    assert engine.stats()["graph_hash"] == hashed


def test_without_feedback_nothing_is_corrected() -> None:
    engine = _broken()
    assert engine.confidence_line().changes_nothing
    assert all("fitted" not in each["rca"]["confidence"] for each in engine.incidents())
