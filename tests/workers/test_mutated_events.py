"""No event that has the shape of its kind makes the engine raise, whatever stands in it."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from onetruth import events_of

from service.engine import Engine, store_for
from signal_factory.errors import InvalidEvent
from signal_factory.wire import Envelope, parse_body

NAMES = ["003-freshness-slow", "010-dbt-tests", "021-spark-export", "026-spark-delta"]
ODD: list[Any] = [
    0, -1, 0.5, 2**63, 10**30, 1e308, 5e-324, True, None, "", "\0", "x" * 3_000, "é" * 50, "NaN",
    "1970-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "ds://a/b", "ds://", "job://a/b", "a/b#c",
    "urn:x:y", "PT0S", "-PT1H", "99 99 * * *", "0 0 31 2 *", "25:61", [], {}, [None], ["x"] * 300,
]  # fmt: skip
Place = tuple[Any, ...]


def _places(value: Any, before: Place = ()) -> Iterator[Place]:
    if not isinstance(value, (dict, list)):
        return
    told = cast("dict[Any, Any] | list[Any]", value)
    for key, each in told.items() if isinstance(told, dict) else enumerate(told):
        yield (*before, key)
        yield from _places(each, (*before, key))


def _mutated(event: Envelope, chance: Random) -> Envelope:
    body = json.loads(json.dumps(dict(event.body)))
    for _ in range(chance.choice([1, 1, 2])):
        *way, last = chance.choice(list(_places(body)) or [("new",)])
        inner = body
        for key in way:
            inner = inner[key]
        inner[last] = copy.deepcopy(chance.choice(ODD))
    return Envelope(time=event.time, kind=event.kind, body=body)


def _fits(event: Envelope) -> bool:
    try:
        parse_body(event.kind, event.body)
    except InvalidEvent:
        return False
    return True


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_events_with_odd_values_are_folded_in_and_explained(name: str, chance: Random) -> None:
    events, _ = events_of(name)
    engine = Engine(store_for(None))
    for event in events:
        odd = (_mutated(event, chance) for _ in range(2))
        engine.apply_all([event, *filter(_fits, odd)])
    engine.take_dirty()
    engine.finish(None)
    assert engine.document([], 0, 0.0)["stats"]["events"] >= len(events)
