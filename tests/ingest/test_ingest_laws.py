"""Order, doubles and chunks of events leave the same graph."""

import random
from collections.abc import Sequence
from functools import cache
from json import loads
from pathlib import Path
from typing import Any

import pytest
from graphing import chunked, hash_of
from hypothesis import given, settings
from hypothesis import strategies as st

from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((ROOT / "fixtures").glob("[0-9]*"))
CLIENTS = sorted((ROOT / "tests" / "clients" / "recorded").glob("*.ndjson"))
_MOST_EVIDENCE, _MOST_OTHERS = 20, 90


def _events(folder: Path) -> list[Envelope]:
    """A recording's events, with only the first few of each thousandfold evidence."""
    envelopes = [
        read_line(line) for line in (folder / "events.ndjson").read_text("utf-8").splitlines() if line
    ]
    evidence = [each for each in envelopes if each.kind == "evidence"][:_MOST_EVIDENCE]
    return [each for each in envelopes if each.kind != "evidence"][:_MOST_OTHERS] + evidence


def _disturbed(envelopes: Sequence[Envelope], seed: int) -> list[Envelope]:
    chance = random.Random(seed)
    doubled = [*envelopes, *chance.sample(list(envelopes), len(envelopes) // 3)]
    chance.shuffle(doubled)
    return doubled


EVENTS = {folder.name: _events(folder) for folder in FIXTURES}


@cache
def _straight(name: str) -> str:
    return hash_of([EVENTS[name]])


@pytest.mark.parametrize("name", sorted(EVENTS))
@given(seed=st.integers(0, 2**32))
@settings(max_examples=3, deadline=None)
def test_any_permutation_with_duplicates_gives_the_same_graph(name: str, seed: int) -> None:
    assert hash_of([_disturbed(EVENTS[name], seed)]) == _straight(name)


@given(cuts=st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=4, deadline=None)
def test_any_chunking_gives_the_same_graph(cuts: list[int]) -> None:
    name = "002-batch-schema-drift"
    assert hash_of(chunked(EVENTS[name], cuts)) == _straight(name)


FAILING = {"assertions": [{"assertion": "not_null", "column": "total", "success": False}]}
LINEAGE = {
    "fields": {"total": {"inputFields": [{"namespace": "s3://lake", "name": "raw/orders", "field": "sum"}]}}
}
LATE: list[tuple[str, dict[str, Any]]] = [
    ("openlineage", {
        "eventType": "COMPLETE", "eventTime": "2024-01-15T02:00:00Z", "run": {"runId": "r1"},
        "job": {"namespace": "spark", "name": "orders"},
        "inputs": [{"namespace": "s3://lake", "name": "raw/orders"}],
        "outputs": [{"namespace": "s3://lake", "name": "silver/orders/dt=2024-01-15",
                     "facets": {"columnLineage": LINEAGE, "dataQualityAssertions": FAILING}}],
    }),
    ("mapping", {"namespace": "s3://lake", "name": "silver/*", "dataset_urn": "ds://silver/all"}),
    ("mapping", {"namespace": "s3://lake", "name": "silver/orders", "dataset_urn": "ds://silver/orders"}),
    ("dataset", {"urn": "ds://raw/orders", "storage": {"path": "s3://lake/raw/orders"}}),
    ("evidence", {
        "evidence_id": "evd-1", "timestamp": "2024-01-15T02:01:00Z", "dataset_urn": "ds://silver/orders",
        "validation": {"result": "FAIL", "failed_gates": ["CONTRACT"], "reason_codes": ["NULL_VALUE:total"]},
        "lineage": {"upstream_dataset": "s3://lake/raw/orders"},
    }),
]  # fmt: skip


@given(st.permutations(LATE))
@settings(max_examples=25, deadline=None)
def test_names_that_become_known_late_leave_the_same_graph(order: list[tuple[str, dict[str, Any]]]) -> None:
    at = parse_time("2024-01-15T03:00:00Z")

    def envelopes(events: list[tuple[str, dict[str, Any]]]) -> list[Envelope]:
        return [Envelope(time=at, kind=kind, body=body) for kind, body in events]

    assert hash_of([envelopes(order)]) == hash_of([envelopes(LATE)])


@pytest.mark.parametrize("path", CLIENTS, ids=lambda path: path.stem)
def test_what_real_clients_sent_gives_the_same_graph_in_any_order(path: Path) -> None:
    bodies = [loads(line) for line in path.read_text("utf-8").splitlines()]
    events = [Envelope(time=parse_time(each["eventTime"]), kind="openlineage", body=each) for each in bodies]
    straight = hash_of([events])
    assert {hash_of([_disturbed(events, seed)]) for seed in range(2)} == {straight}
