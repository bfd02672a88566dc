from hypothesis import given
from hypothesis import strategies as st

from graph.facts import SchemaSeen, Validated
from signal_factory.times import parse_time
from tests.engines.driving import STREAM, TABLE, Driven, on


def _seen(when: str, **columns: str) -> SchemaSeen:
    return SchemaSeen(on(when), f"run-{when[:2]}", TABLE, tuple(columns.items()))


def _enum(time: str, value: str = "KIOSK") -> Validated:
    return Validated(
        parse_time(time), "evd-1", STREAM, "FAIL", (f"UNKNOWN_ENUM:channel:{value}",), "svc", "v1"
    )


def test_an_enum_value_is_told_when_it_is_new_and_again_after_thirty_quiet_days():
    driven = Driven().tell(_enum("2026-01-01T00:00:00Z"), _enum("2026-01-20T00:00:00Z"))
    assert [each.details["new_value"] for each in driven.of("DRIFT_DETECTED")] == ["KIOSK"]
    driven.tell(_enum("2026-02-19T00:00:00Z"))
    assert len(driven.of("DRIFT_DETECTED")) == 1, "exactly thirty days are not more than thirty"
    driven.tell(_enum("2026-03-25T00:00:00Z"))
    assert len(driven.of("DRIFT_DETECTED")) == 2


def test_a_failure_that_is_no_drift_is_not_told_as_one():
    fact = Validated(on("19 10:00"), "evd-1", STREAM, "FAIL", ("NULL_RATE:email",), "svc", "v1")
    assert Driven().tell(fact).of("DRIFT_DETECTED") == []


def test_the_first_schema_is_no_change_and_the_same_in_another_order_neither():
    driven = Driven().tell(_seen("01 00:00", a="INT", b="STRING"), _seen("02 00:00", b="STRING", a="INT"))
    assert driven.signals == []


def test_each_changed_column_is_told_by_name():
    driven = Driven().tell(_seen("01 00:00", a="DECIMAL(10,2)", b="STRING", c="INT"))
    driven.tell(_seen("02 00:00", a="STRING", c="INT", d="DATE"))
    told = [(each.details["drift_type"], each.signatures[0]) for each in driven.of("DRIFT_DETECTED")]
    assert told == [
        ("TYPE_CHANGED", "SCHEMA_BREAK:a:DECIMAL→STRING"),
        ("FIELD_REMOVED", "MISSING_FIELD:b"),
        ("FIELD_ADDED", "NEW_FIELD:d"),
    ]


def test_a_wider_decimal_is_no_change_of_type():
    driven = Driven().tell(_seen("01 00:00", a="decimal(10,2)"), _seen("02 00:00", a="DECIMAL(12,2)"))
    assert driven.signals == []


@given(st.permutations([0, 1, 2]))
def test_schemas_that_arrive_out_of_order_tell_the_changes_between_neighbours(order):
    seen = [_seen("01 00:00", a="INT"), _seen("02 00:00", a="INT", b="INT"), _seen("03 00:00", b="INT")]
    driven = Driven().tell(*[seen[each] for each in order], now=on("04 00:00"))
    told = {(each.signatures[0], each.first_bad) for each in driven.of("DRIFT_DETECTED")}
    assert {("NEW_FIELD:b", on("02 00:00")), ("MISSING_FIELD:a", on("03 00:00"))} <= told


def test_only_the_last_twenty_shapes_are_kept():
    driven = Driven()
    for number in range(40):
        driven.tell(_seen(f"01 00:{number:02d}", **{f"c{number}": "INT"}))
    assert len(driven.engines.states[TABLE].schemas) == 20
