"""Documents that lack fields, or hold odd ones, still give an answer that cites only what is there."""

from collections.abc import Callable
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.ask import answer
from copilot.asking.fields import every_string
from copilot.readmodel import ReadModel
from tests.mcp.recorded_world import DATASETS, INCIDENTS, Document, RecordedWorld

QUESTIONS = [
    "why is orders_silver broken",
    "why is orders_enriched late",
    "what changed in orders_gold_daily",
    "what is hit by orders:created",
    "who owns orders_gold_daily",
    "is orders:created healthy",
    "since when is orders_enriched late",
    "what should I do about orders_silver",
    "how do you know about orders_silver",
    "what is missing for orders_enriched",
    "list incidents",
    "show incident 1",
    "status",
]
FIELDS = sorted({key for key in every_string([INCIDENTS, DATASETS]) if key.isidentifier() and key.islower()})
KEPT = {"items", "incident_id", "urn", "key", "rca", "status"}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 7, "", "text", [], [None, 3], {}, {"time": "never"}, True, float("nan")]
)
DAMAGE = st.dictionaries(st.sampled_from([field for field in FIELDS if field not in KEPT]), ODD, max_size=12)


def damaged(value: Any, damage: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        fields = cast(Document, value)
        return {
            name: damage[name] if name in damage else damaged(each, damage) for name, each in fields.items()
        }
    if isinstance(value, list):
        return [damaged(each, damage) for each in cast(list[Any], value)]
    return value


class DamagedWorld:
    """The recorded world with some fields replaced wherever they stand in an answer."""

    def __init__(self, damage: dict[str, Any]) -> None:
        self._inner, self._damage = RecordedWorld(), damage

    def __getattr__(self, name: str) -> Callable[..., Any]:
        ask = getattr(self._inner, name)
        return lambda *arguments, **named: damaged(ask(*arguments, **named), self._damage)


@settings(max_examples=60, deadline=None)
@given(damage=DAMAGE)
def test_fields_that_are_missing_or_odd_never_stop_an_answer(damage: dict[str, Any]) -> None:
    model = cast(ReadModel, DamagedWorld(damage))
    present = set(every_string([damaged([INCIDENTS, DATASETS], damage), "orders-svc:v3.17"]))
    for question in QUESTIONS:
        told = answer(question, model)
        assert told["answer"].strip()
        assert set(told["citations"]) <= present
