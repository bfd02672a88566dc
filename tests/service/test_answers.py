"""The read model over real recordings: what is asked, bounded, and what nobody knows."""

from functools import cache
from typing import Any

import pytest

from copilot.ask import answer
from copilot.readmodel import ReadModel
from graph.stores.memory import MemoryGraphStore
from service.engine import Engine
from service.recordings import shipped
from signal_factory.errors import InvalidIdentifier, NotFound

STREAM = "urn:dp:orders:created"
SILVER = "urn:delta:prod:sales:orders_silver"
BOARD = "urn:dashboard:exec:daily_orders"
CASCADE = "ds://bronze/invoices"


@cache
def model(*names: str) -> ReadModel:
    engine = Engine(MemoryGraphStore())
    events = [event for each in shipped() if each.name[:3] in names for event in each.envelopes()]
    for event in sorted(events, key=lambda each: each.time):
        engine.apply(event)
    engine.finish(None)
    return engine.read_model()


def every(page: Any, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = page(cursor=cursor, limit=limit)
        assert answer["returned"] == len(answer["items"]) <= limit
        found += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            assert len(found) == answer["total"]
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_pages_of_any_size_give_the_whole_list_once(limit: int) -> None:
    asked = model("001", "007")
    assert every(asked.incidents, limit) == asked.incidents(limit=500)["items"]
    assert every(asked.datasets, limit) == asked.datasets(limit=500)["items"]

    def signals(**bounds: Any) -> dict[str, Any]:
        return model("008").signals("ds://silver/invoices", **bounds)

    assert every(signals, limit) == signals(limit=500)["items"]


def test_a_page_that_is_cut_says_so() -> None:
    asked = model("001", "007")
    first = asked.incidents(limit=1)
    assert (first["total"], first["returned"], first["is_partial"]) == (2, 1, True)
    assert asked.incidents(limit=2)["is_partial"] is False
    cut = asked.blast_radius(STREAM, max_nodes=1)
    assert (cut["returned"], cut["is_partial"]) == (1, True)


@pytest.mark.parametrize("cursor", ["abc", "", "é", "AAAA" * 10, "\x00"])
def test_a_cursor_that_no_list_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidIdentifier):
        model("001").incidents(cursor=cursor)


def test_incidents_are_kept_by_status_data_set_and_time() -> None:
    asked = model("001", "007")
    assert asked.incidents(status="RESOLVED")["items"] == []
    assert [each["dataset_urn"] for each in asked.incidents(dataset=STREAM)["items"]] == [STREAM]
    assert len(asked.incidents(since="2026-01-01T00:00:00Z")["items"]) == 1
    with pytest.raises(InvalidIdentifier):
        asked.incidents(since="yesterday")


def test_health_tells_what_is_wrong_and_what_stands_beside() -> None:
    told = model("001").dataset(STREAM)
    assert (told["status"], told["owner_team"], told["tier"]) == ("CRITICAL", "orders", 1)
    assert [each["signal_type"] for each in told["signals"]] == ["CONTRACT_BREACH"]
    assert told["signals"][0]["summary"].startswith("10.2% compliant against an objective of 95.0%")
    assert [each["status"] for each in told["incidents"]] == ["OPEN"]
    assert SILVER in told["downstream"]
    assert model("001").dataset(SILVER)["upstream"] == [STREAM]
    assert model("008").dataset(CASCADE)["writers"] == ["job://spark/bronze_load"]


def test_a_healthy_data_set_has_no_signals_now_and_no_incident() -> None:
    told = model("007").dataset("ds://silver/baskets")
    assert (told["status"], told["signals"], told["incidents"]) == ("OK", [], [])


def test_upstream_and_downstream_are_the_same_lineage_seen_from_two_ends() -> None:
    asked = model("001")
    down = {each["urn"]: each["hops"] for each in asked.blast_radius(STREAM)["items"]}
    assert down[BOARD] == 3
    for urn, hops in down.items():
        up = {each["urn"]: each["hops"] for each in asked.upstream(urn)["items"]}
        assert up[STREAM] == hops
    assert asked.upstream(BOARD, max_hops=1)["total"] == 1


def test_changes_name_the_deployment_and_the_drift_upstream_newest_first() -> None:
    found = model("001").changes(BOARD)["items"]
    keys = [each["key"] for each in found]
    assert keys[:2] == ["MISSING_FIELD:customer_id", "orders-svc:v3.17"]
    assert [each["time"] for each in found] == sorted((each["time"] for each in found), reverse=True)
    recent = model("001").changes(BOARD, since="2024-01-15T09:57:00Z")["items"]
    assert [each["key"] for each in recent] == keys[:2]


def test_changes_of_a_neighbour_downstream_are_not_its_own() -> None:
    upstream_only = {each["key"] for each in model("009").changes("ds://raw/invoices")["items"]}
    assert any(key.startswith("invoice-export:") for key in upstream_only)
    assert not any(
        each["key"].startswith("MISSING_FIELD") for each in model("007").changes("ds://bronze/rates")["items"]
    )


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("ORDERS:Created", "Dataset", STREAM),
        ("orders_silver", "Dataset", SILVER),
        ("orders-svc:v3.17", "Deployment", "orders-svc:v3.17"),
        ("customer_id", "FailureSignature", f"MISSING_FIELD:customer_id@{STREAM}"),
        ("Contract violation", "Incident", "inc-"),
    ],
)
def test_search_finds_what_has_a_name(text: str, kind: str, key: str) -> None:
    found = model("001").search(text)["items"]
    assert any(each["type"] == kind and each["key"].startswith(key) for each in found)


def test_search_is_bounded_and_wants_a_text() -> None:
    cut = model("001").search("o", limit=2)
    assert (cut["returned"], cut["is_partial"]) == (2, True)
    assert model("001").search("no such thing")["total"] == 0
    with pytest.raises(InvalidIdentifier):
        model("001").search("  ")


@pytest.mark.parametrize(
    "name", ["incident", "explain", "dataset", "evidence", "signals", "changes", "upstream"]
)
@pytest.mark.parametrize(
    ("key", "error"),
    [("inc-or-ds://unknown", NotFound), ("", InvalidIdentifier), ("a\nb", InvalidIdentifier)],
)
def test_what_nobody_knows_is_not_found_and_what_names_nothing_is_refused(
    name: str, key: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(model("001"), name)(key)


def test_evidence_that_is_cited_can_be_read_and_shows_no_values() -> None:
    asked = model("001")
    for ref in asked.incidents()["items"][0]["rca"]["evidence_refs"]:
        if ref.startswith("evd-"):
            assert asked.evidence(ref)["evidence_id"] == ref
    rule = asked.evidence("evd-01HQXY8MNP4QR7ST9VW2XYZ456")["validation"]["gates"][3]["details"][
        "violated_rule"
    ]
    assert rule["actual"] == "(withheld)"


def test_a_broken_stream_is_bad_since_its_first_failure_whenever_it_was_last_judged() -> None:
    told = answer("is orders created healthy?", model("001"))["answer"]
    assert "bad since 2024-01-15 09:58:02 UTC" in told
    assert "CONTRACT_BREACH at 2024-01-15 10:00 UTC" in told
