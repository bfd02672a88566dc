"""What becomes of runs, failures and tables as time passes."""

from pathlib import Path

from graph_harness import StoreCase, every_store
from retention_world import JOB, NOW, SOURCE, TABLE, ago, archive_in, archived, held, labels, ran, swept

from graph.model import Edge, Node, NodeRef
from graph.retention.tiers import ARCHIVED, TIERS, horizons
from graph.schema import LABELS

DAY = ago(40)[:10]
DAY_REF = NodeRef("JobDay", f"{JOB.key}@{DAY}")


@every_store("retention")
def test_what_is_hot_stays_whole(case: StoreCase, tmp_path: Path) -> None:
    with case.opened() as opened:
        opened.store.upsert(*ran("r1", ago(29)))
        before = held(opened.store)
        swept(opened.store, archive_in(tmp_path))
        assert held(opened.store) == before
        assert archived(archive_in(tmp_path)) == {}


@every_store("retention")
def test_runs_of_a_day_become_one_node_that_says_how_they_went(case: StoreCase, tmp_path: Path) -> None:
    with case.opened() as opened:
        opened.store.upsert(*ran("r1", ago(40)))
        opened.store.upsert(*ran("r2", ago(40, 5), "FAIL"))
        opened.store.upsert(*ran("r3", ago(40, 9)))
        outcome = swept(opened.store, archive_in(tmp_path))
        day = opened.store.get([DAY_REF])[DAY_REF]
        told = {name: day.props[name] for name in ("runs", "completed", "failed", "aborted", "unfinished")}
        assert told == {"runs": 3, "completed": 2, "failed": 1, "aborted": 0, "unfinished": 0}
        assert (day.props["first_run"], day.props["last_run"]) == ("r1", "r3")
        assert (day.props["last_good_run"], day.props["last_good_at"]) == ("r3", ago(40, 9))
        assert (day.props["first_seen"], day.props["last_seen"]) == (ago(40), ago(40, 9))
        assert day.props["failed_runs"] == ("r2",)
        assert labels(held(opened.store)) == ["Dataset", "FailureSignature", "Job", "JobDay"]
        assert (outcome.folded, len(outcome.retired)) == (3, 3)


@every_store("retention")
def test_a_folded_day_keeps_what_was_read_written_and_met(case: StoreCase, tmp_path: Path) -> None:
    with case.opened() as opened:
        for run_id, minute in (("r1", 0), ("r2", 5)):
            opened.store.upsert(*ran(run_id, ago(40, minute)))
        opened.store.upsert(*ran("r3", ago(40, 9), "FAIL"))
        swept(opened.store, archive_in(tmp_path))
        edges = {(edge.kind, edge.src, edge.dst): edge for edge in opened.store.edges_of([DAY_REF])}
        signature = NodeRef("FailureSignature", f"OOM:executor@{JOB.key}")
        assert set(edges) == {
            ("EXECUTED", JOB, DAY_REF),
            ("READ_FROM", DAY_REF, SOURCE),
            ("WROTE_TO", DAY_REF, TABLE),
            ("ENCOUNTERED", DAY_REF, signature),
        }
        wrote = edges["WROTE_TO", DAY_REF, TABLE].props
        assert (wrote["rows"], wrote["runs"], wrote["commit_at"]) == (20, ("r1", "r2"), ago(40, 5))


@every_store("retention")
def test_what_is_cold_is_in_the_archive_alone_and_topology_stays(case: StoreCase, tmp_path: Path) -> None:
    with case.opened() as opened:
        opened.store.upsert(*ran("r1", ago(95), "FAIL"))
        before = [each for each in held(opened.store) if isinstance(each, Node)]
        swept(opened.store, archive_in(tmp_path))
        assert labels(held(opened.store)) == ["Dataset", "Job"]
        kept = archived(archive_in(tmp_path))
        day = ago(95)[:10]
        assert {row["label"] for row in kept["runs", day] if row["element"] == "node"} == {"JobRun"}
        assert {row["label"] for row in kept["graph", day]} == {"FailureSignature"}
        assert {each.ref for each in before if each.ref.label not in ("Dataset", "Job")} == {
            NodeRef(row["label"], row["key"]) for rows in kept.values() for row in rows if row["key"]
        }


@every_store("retention")
def test_jobs_and_tables_say_until_when_their_runs_are_folded_or_archived(
    case: StoreCase, tmp_path: Path
) -> None:
    with case.opened() as opened:
        opened.store.upsert(*ran("r1", ago(95)))
        opened.store.upsert(*ran("r2", ago(40)))
        swept(opened.store, archive_in(tmp_path))
        for ref in (TABLE, JOB):
            props = opened.store.get([ref])[ref].props
            assert props["archived_until"] == f"{ago(94)[:10]}T00:00:00.000Z"
            assert props["folded_until"] == f"{ago(39)[:10]}T00:00:00.000Z"


@every_store("retention")
def test_a_folded_day_ends_where_the_warm_tier_does(case: StoreCase, tmp_path: Path) -> None:
    with case.opened() as opened:
        opened.store.upsert(*ran("r1", ago(40)))
        swept(opened.store, archive_in(tmp_path))
        later = NOW.replace(month=8, day=1)
        swept(opened.store, archive_in(tmp_path), later)
        assert labels(held(opened.store)) == ["Dataset", "Job"]
        assert opened.store.get([TABLE])[TABLE].props["archived_until"] == f"{ago(39)[:10]}T00:00:00.000Z"


@every_store("retention")
def test_an_old_edge_between_nodes_that_stay_goes_to_the_archive(case: StoreCase, tmp_path: Path) -> None:
    fresh = NodeRef("FailureSignature", "NULL:x@ds://gold/orders")
    old = Edge("INTRODUCED_DRIFT", TABLE, fresh, {}, ago(95))
    lasting = Edge("FEEDS", SOURCE, TABLE, {}, ago(200))
    with case.opened() as opened:
        opened.store.upsert([Node(fresh, {"kind": "NULL"}, ago(1))], [old, lasting])
        outcome = swept(opened.store, archive_in(tmp_path))
        assert [each.kind for each in held(opened.store) if isinstance(each, Edge)] == ["FEEDS"]
        assert [row["label"] for row in archived(archive_in(tmp_path))["graph", ago(95)[:10]]] == [old.kind]
        assert outcome.edges == 1


@every_store("retention")
def test_a_name_that_only_an_old_edge_brought_back_leaves_with_it(case: StoreCase, tmp_path: Path) -> None:
    signal, incident = NodeRef("Signal", "sig-1"), NodeRef("Incident", "inc-1")
    with case.opened() as opened:
        opened.store.upsert([], [Edge("TRIGGERED", signal, incident, {}, ago(100))])
        swept(opened.store, archive_in(tmp_path))
        assert held(opened.store) == []


@every_store("retention")
def test_a_run_whose_job_nobody_told_is_folded_too(case: StoreCase, tmp_path: Path) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(NodeRef("JobRun", "r"), {"first_seen": ago(40)}, ago(40))], [])
        swept(opened.store, archive_in(tmp_path))
        (day,) = opened.store.find("JobDay")
        assert (day.ref.key, day.props["runs"], day.props["unfinished"]) == (f"@{DAY}", 1, 1)


@every_store("retention")
def test_a_run_past_midnight_belongs_to_the_day_it_began(case: StoreCase, tmp_path: Path) -> None:
    began, ended = f"{ago(41)[:10]}T23:50:00.000Z", f"{ago(40)[:10]}T00:10:00.000Z"
    with case.opened() as opened:
        opened.store.upsert(*ran("r1", began, "RUNNING"))
        opened.store.upsert(*ran("r1", ended))
        swept(opened.store, archive_in(tmp_path))
        (day,) = opened.store.find("JobDay")
        assert (day.props["day"], day.props["completed"]) == (ago(41)[:10], 1)
        assert day.at == f"{ago(41)[:10]}T23:59:59.999Z"


def test_every_class_has_its_tier_and_every_label_one_way_out() -> None:
    assert set(TIERS) == {label.retention for label in LABELS.values()}
    leaving = {name for name, label in LABELS.items() if TIERS[label.retention].is_archived}
    assert leaving == {*ARCHIVED, "JobRun", "DAGRun", "JobDay"}


def test_tiers_end_at_midnight_utc_and_never_out_of_order() -> None:
    ends = horizons(NOW)
    assert (ends.folded, ends.archived) == ("2026-05-02T00:00:00.000Z", "2026-03-03T00:00:00.000Z")
