"""A table told of under two names is, once that is known, as if it had always had one."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.facts import Fact, Measured, Summarised, Validated
from tests.engines.driving import JOB, STREAM, TABLE, Driven, commit, due, on, records, registered, run

OTHER = "ds://unity/gold.orders"
LATE = "19 20:00"


def _said(name: str) -> list[Fact]:
    gates = (("CONTRACT", "FAIL"),)
    return [
        Summarised(on("18 02:00"), "s18", name, "s18", JOB, 1_000, 1_000, 0, ()),
        Summarised(on("19 02:00"), "s19", name, "s19", JOB, 1_000, 700, 300, (("NULL_VALUE:a", 300, None),)),
        Validated(
            on("19 02:01"), "evd-1", name, "FAIL", ("NULL_VALUE:a",), run_id="s19", job=JOB, gates=gates
        ),
        Validated(on("19 02:02"), "evd-2", name, "PASS", (), run_id="s19", job=JOB, gates=(("DQ", "PASS"),)),
    ]


def _table(name: str) -> list[Fact]:
    told = [commit("19 05:00", "r19", "2026-01-18"), commit("19 05:00", "r19", rows=10), *_said(name)]
    return [_of(each, name) for each in told]


def _of(fact: Any, name: str) -> Any:
    return replace(fact, dataset=name)


@settings(max_examples=60)
@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_table_of_two_names_is_judged_as_one_of_one_name(under_other: list[bool]) -> None:
    slo: dict[str, Any] = {"dq": {"compliance_rate": 0.99}, "freshness": due("06:00 UTC daily")}
    straight, torn = (Driven().tell(registered("01 00:00", **slo)) for _ in range(2))
    now = on(LATE)
    for plain, aside in zip(_table(TABLE), under_other, strict=True):
        straight.tell(plain, now=now)
        torn.tell(_of(plain, OTHER) if aside else plain, now=now)
    torn.engines.rename(OTHER, TABLE, now)
    assert torn.until(now).open() == straight.until(now).open()
    one, other = (each.engines.states[TABLE] for each in (straight, torn))
    assert other.commits == one.commits
    assert set(other.batches) == set(one.batches)
    for name, batch in one.batches.items():
        twin = other.batches[name]
        assert (twin.processed, twin.failed, twin.gates) == (batch.processed, batch.failed, batch.gates)


@pytest.mark.parametrize("share", [2, 3])
def test_windows_under_two_names_are_counted_together(share: int) -> None:
    driven = Driven().tell(registered("01 00:00", STREAM, contract={"compliance_rate": 0.95}))
    told = list(records(on("19 10:00"), 60, "FAIL"))
    for number, each in enumerate(told):
        driven.tell(_of(each, OTHER) if number % share else each)
    driven.engines.rename(OTHER, STREAM, on("19 10:04:30"))
    (signal,) = driven.until(on("19 10:05")).of("CONTRACT_BREACH")
    assert signal.metrics["fail_count"] == 60


def test_a_run_seen_under_two_names_keeps_its_beginning_and_its_end() -> None:
    driven = Driven().tell(run("19 04:00", "START", "r"))
    aside = _run_of(run("19 05:00", "FAIL", "r", error="ERROR:x"), OTHER)
    driven.tell(aside)
    driven.engines.rename(OTHER, TABLE, on("19 06:00"))
    (known,) = driven.engines.states[TABLE].runs.values()
    assert (known.started, known.state, known.error) == (on("19 04:00"), "FAIL", "ERROR:x")


def _run_of(fact: Any, name: str) -> Any:
    return replace(fact, outputs=(name,))


@settings(max_examples=20)
@given(st.lists(st.booleans(), min_size=12, max_size=12))
def test_what_was_measured_under_two_names_is_one_baseline(under_other: list[bool]) -> None:
    def told(day: int, name: str) -> Measured:
        at = on(f"{day:02d} 03:00")
        return Measured(at, f"m{day}", name, f"m{day}", JOB, 1_000, (("null_rate:a", 0.01 * (day % 3)),))

    split, whole = Driven(), Driven()
    for day, is_other in enumerate(under_other, 1):
        split.tell(told(day, OTHER if is_other else TABLE))
        whole.tell(told(day, TABLE))
    split.engines.rename(OTHER, TABLE, on(LATE))
    assert split.engines.states[TABLE].series == whole.engines.states[TABLE].series


def test_late_records_and_hours_of_two_names_add_up() -> None:
    driven = Driven()
    for name in (STREAM, OTHER):
        driven.tell(*(replace(each, dataset=name) for each in records(on("19 12:00"), 20)))
        late = [replace(each, dataset=name) for each in records(on("17 12:00"), 5, "FAIL")]
        driven.tell(*late, now=on("19 12:05"))
    driven.engines.states[STREAM].hours["2026-01-19T12:00:00+00:00"] = 3
    driven.engines.states[OTHER].hours["2026-01-19T12:00:00+00:00"] = 4
    driven.engines.rename(OTHER, STREAM, on(LATE))
    state = driven.engines.states[STREAM]
    assert (state.late.records, state.late.failed) == (10, 10)
    assert state.hours == {"2026-01-19T12:00:00+00:00": 7}
