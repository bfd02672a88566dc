"""The page's words for times, rates and tiers."""

from datetime import UTC, datetime

import pytest

from ui.documents import document, documents, number, text, texts
from ui.wording import age, clock, counted, percent, tier, tone

NOW = datetime(2024, 1, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2024-01-15T11:59:30Z", "just now"),
        ("2024-01-15T11:59:00Z", "1 minute ago"),
        ("2024-01-15T07:00:00-02:00", "3 hours ago"),
        ("2024-01-12T12:00:00Z", "3 days ago"),
        ("2023-11-01T12:00:00Z", "on 2023-11-01"),
        ("2024-01-15T12:00:30Z", "just now"),
        ("soon", "at an unknown time"),
    ],
)
def test_age_is_told_in_its_largest_unit(time: str, said: str) -> None:
    assert age(time, NOW) == said


def test_times_are_shown_in_utc_and_other_text_as_it_is() -> None:
    assert clock("2024-01-15T07:00:00-05:00") == "2024-01-15 12:00:00 UTC"
    assert clock("<b>") == "<b>"


def test_a_rate_that_is_not_known_is_a_dash() -> None:
    assert (percent(0.936), percent(None)) == ("94%", "–")


@pytest.mark.parametrize("value", ["TIER_1", 1, "1"])
def test_tiers_read_the_same_in_every_spelling(value: object) -> None:
    assert tier(value) == "Tier 1"


def test_an_unknown_value_has_a_plain_look() -> None:
    assert tone("NEVER_HEARD_OF") == "plain"


def test_odd_fields_read_as_empty() -> None:
    odd = {"a": None, "b": [1, None, {"x": 1}], "c": "x", "d": float("nan"), "e": True, "f": 0}
    assert document(odd, "c") == {}
    assert documents(odd, "b") == [{"x": 1}]
    assert texts(odd, "c") == []
    assert (text(odd, "a", "–"), text(odd, "f")) == ("–", "0")
    assert (number(odd, "d"), number(odd, "e"), number(odd, "f")) == (None, None, 0.0)


def test_one_of_a_thing_is_said_in_the_singular() -> None:
    assert [counted(count, "asset") for count in (0, 1, 2)] == ["0 assets", "1 asset", "2 assets"]
