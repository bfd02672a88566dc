"""Laws of the generated cases: the same each time, readable, and true by what they themselves tell."""

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.rcabench.case import Case
from service.rcabench.fleet import generate
from signal_factory.times import parse_time
from signal_factory.urns import dataset_urn_for
from signal_factory.wire import parse_body, read_envelope

SEEDS = st.integers(min_value=0, max_value=60)
FEW = settings(max_examples=7)


@lru_cache(maxsize=64)
def made(seed: int, *, healthy: bool = False) -> Case:
    return generate(seed, healthy=healthy)


def text_of(case: Case) -> str:
    return json.dumps(case.events, ensure_ascii=False, sort_keys=True)


class Names:
    """What the recording itself says a name stands for."""

    def __init__(self, case: Case) -> None:
        self.rules: dict[tuple[str, str], str] = {}
        self.places: dict[str, str] = {}
        for event in case.events:
            body = event["body"]
            if event["kind"] == "mapping" and "name" in body:
                self.rules[body["namespace"], body["name"]] = body["dataset_urn"]
            if event["kind"] == "dataset":
                for place in body.get("storage", {}).values():
                    self.places[place] = body["urn"]

    def urn(self, item: dict[str, Any]) -> str:
        namespace, name = item["namespace"], item["name"]
        bare, _, last = name.rpartition("/")
        stem = bare if last.startswith("dt=") or last[:2] == "20" else name
        for pattern in (name, f"{stem}/*"):
            if (namespace, pattern) in self.rules:
                return self.rules[namespace, pattern]
        known = self.places.get(f"{namespace}/{stem}") or self.places.get(stem)
        return known or dataset_urn_for(namespace, stem)


def edges_of(case: Case) -> set[tuple[str, str]]:
    """Every lineage edge that anybody was told of."""
    return set(_edges(case))


def _edges(case: Case) -> Iterator[tuple[str, str]]:
    names = Names(case)
    for event in case.events:
        body = event["body"]
        inputs, outputs = body.get("inputs", []), body.get("outputs", [])
        yield from ((names.urn(i), names.urn(o)) for i in inputs for o in outputs)
        written = body.get("output_datasets", [])
        yield from ((i, o) for i in body.get("input_datasets", []) for o in written)
        if event["kind"] == "dataset":
            yield from ((body["urn"], child) for child in body.get("feeds", []))


@FEW
@given(SEEDS)
def test_a_seed_gives_the_same_bytes_each_time(seed: int) -> None:
    again = generate(seed)
    assert text_of(again) == text_of(made(seed))
    assert again == made(seed)


@FEW
@given(SEEDS, st.booleans())
def test_every_envelope_is_what_the_wire_models_accept(seed: int, healthy: bool) -> None:
    for event in made(seed, healthy=healthy).events:
        envelope = read_envelope(event)
        parse_body(envelope.kind, envelope.body)


@FEW
@given(SEEDS, st.booleans())
def test_a_recording_ends_when_somebody_looks_and_is_in_order_of_receipt(seed: int, healthy: bool) -> None:
    case = made(seed, healthy=healthy)
    times = [parse_time(event["time"]) for event in case.events]
    assert times == sorted(times)
    assert times[-1] == parse_time(case.until)


@FEW
@given(SEEDS)
def test_a_recording_is_small_enough_to_replay_often(seed: int) -> None:
    assert 200 <= len(made(seed).events) <= 3_500
    assert 8 <= len({e["body"]["urn"] for e in made(seed).events if e["kind"] == "dataset"}) <= 32


@FEW
@given(SEEDS)
def test_a_healthy_day_has_no_fault(seed: int) -> None:
    case = made(seed, healthy=True)
    assert case.is_healthy
    assert any(event["kind"] == "deployment" for event in case.events) or case.events


@FEW
@given(SEEDS)
def test_what_is_broken_is_harmed_and_has_a_promise(seed: int) -> None:
    case = made(seed)
    registered = {e["body"]["urn"]: e["body"] for e in case.events if e["kind"] == "dataset"}
    for fault in case.faults:
        assert fault.broken <= fault.harmed
        assert all(urn in registered for urn in fault.broken)
        is_gap = fault.family == "evidence_gap"
        assert is_gap or all("slo" in registered[urn] for urn in fault.broken)


@FEW
@given(SEEDS)
def test_a_path_runs_along_lineage_that_was_told_to_something_broken(seed: int) -> None:
    case = made(seed)
    edges = edges_of(case)
    for fault in case.faults:
        assert bool(fault.paths) == bool(fault.broken)
        for path in fault.paths:
            assert path[-1] in fault.broken
            assert all(hop in edges for hop in pairwise(path)), path


@FEW
@given(SEEDS)
def test_each_right_answer_names_something_the_recording_mentions(seed: int) -> None:
    case = made(seed)
    text = text_of(case)
    for fault in case.faults:
        for kind, key in fault.answers:
            service, _, version = key.rpartition(":")
            wanted = (
                (service, version)
                if kind == "DEPLOYMENT"
                else (key.removeprefix("job://").partition("/")[2] or key,)
            )
            assert all(name in text for name in wanted), key


@FEW
@given(SEEDS)
def test_faults_of_one_case_touch_different_data(seed: int) -> None:
    case = made(seed)
    harmed = [urn for fault in case.faults for urn in fault.harmed]
    assert len(harmed) == len(set(harmed))


@FEW
@given(SEEDS)
def test_what_can_be_reached_lies_downstream_or_was_hit_itself(seed: int) -> None:
    case = made(seed)
    edges = edges_of(case)
    below = {child for _, child in edges}
    for fault in case.faults:
        assert fault.reachable - fault.harmed <= below
