"""A graph that was lost, or is an older copy, is made anew from the log: the same as a replay's."""

import shutil
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from graph.hash import graph_hash
from graph.model import Node, NodeRef
from graph.retention.tiers import HOT
from graph.stores.sqlite import SqliteGraphStore
from graph.watched import GraphBehind, WatchedStore
from service.anew import sweeping
from service.engine import Engine, store_for
from service.entries import prepare
from service.paired import PairedLog
from service.rcabench.fleet import generate
from service.settings import load_settings
from service.trouble import event_aside
from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope, read_envelope

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def _events(seed: int) -> list[Envelope]:
    found = [read_envelope(each, default_time=NOW) for each in generate(seed).events]
    once = {prepare(each).identity: each for each in sorted(found, key=lambda each: each.time)}
    return list(once.values())[:700]


EVENTS = _events(70020)


@contextmanager
def _opened(data_dir: Path, graph: Path) -> Generator[tuple[PairedLog, WatchedStore]]:
    with closing(PairedLog(data_dir)) as log, closing(WatchedStore(SqliteGraphStore(graph))) as store:
        log.pair(store)
        yield log, store


def _taken(log: PairedLog, store: WatchedStore, events: Sequence[Envelope]) -> None:
    """As a serving process takes events in and saves what they come to."""
    log.append(events, NOW)
    saved = log.load_state()
    engine = Engine(store)
    engine.load(saved.rows)
    entries = log.read_from(saved.offset, 10_000)
    for each in entries:
        engine.apply(each.envelope)
    log.save_state(engine.take_dirty(), entries[-1].seq)


def _replayed(events: Sequence[Envelope]) -> str:
    with closing(store_for(None)) as store:
        engine = Engine(store)
        for each in events:
            engine.apply(each)
        engine.take_dirty()
        return graph_hash(store)


@pytest.mark.parametrize(("cut", "is_older"), [(350, False), (1, True), (400, True), (699, True)])
def test_a_lost_or_older_graph_becomes_that_of_a_replay(tmp_path: Path, cut: int, is_older: bool) -> None:
    where = tmp_path
    graph, older = where / "graph.db", where / "older.db"
    with _opened(where, graph) as (log, store):
        _taken(log, store, EVENTS[:cut])
    shutil.copy(graph, older)
    with _opened(where, graph) as (log, store):
        _taken(log, store, EVENTS[cut:])
        assert graph_hash(store) == _replayed(EVENTS)
    graph.unlink()
    if is_older:
        shutil.copy(older, graph)
    with _opened(where, graph) as (log, store):
        assert log.load_state().offset == len(EVENTS)
        assert store.mark() == len(EVENTS)
        assert graph_hash(store) == _replayed(EVENTS)


def test_a_graph_that_is_lost_under_a_running_process_is_noticed_before_anything_is_saved(
    tmp_path: Path,
) -> None:
    with _opened(tmp_path, tmp_path / "graph.db") as (log, store):
        _taken(log, store, EVENTS[:100])
        store.empty()
        log.append(EVENTS[100:200], NOW)
        with pytest.raises(GraphBehind):
            log.read_from(100)
        with pytest.raises(GraphBehind):
            log.save_state({"a": "1"}, 150)
        assert log.load_state().offset == 100
        _taken(log, store, EVENTS[200:300])
        assert graph_hash(store) == _replayed(EVENTS[:300])


def test_one_that_only_reads_says_so_until_it_is_whole(tmp_path: Path) -> None:
    with _opened(tmp_path, tmp_path / "graph.db") as (log, store):
        _taken(log, store, EVENTS[:100])
        with (
            closing(PairedLog(tmp_path, read_only=True)) as other,
            closing(
                WatchedStore(SqliteGraphStore(tmp_path / "graph.db", read_only=True), clock=count().__next__)
            ) as seen,
        ):
            other.follow(seen)
            other.load_state()
            store.empty()
            for ask in (seen.stats, other.mark):
                with pytest.raises(GraphBehind) as told:
                    ask()
                assert "made anew" in told.value.hint


def test_an_answer_that_took_so_long_that_the_graph_was_lost_meanwhile_is_none() -> None:
    moment = [0.0]

    class LostWhileAsked(SqliteGraphStore):
        """As a server that is killed, and comes back empty before a read gives up."""

        def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
            moment[0] += 3.0
            self.set_mark(0)
            return super().get(refs)

    with closing(WatchedStore(LostWhileAsked(), clock=lambda: moment[0])) as store:
        store.set_mark(7)
        store.expect(7)
        assert store.find("Dataset") == []
        with pytest.raises(GraphBehind):
            store.get([NodeRef("Dataset", "orders")])


def test_what_is_told_to_stop_leaves_a_graph_that_says_it_is_not_whole(tmp_path: Path) -> None:
    with _opened(tmp_path, tmp_path / "graph.db") as (log, store):
        _taken(log, store, EVENTS)
        store.empty()
        log.halt()
        with pytest.raises(BackendUnavailable, match="told to stop"):
            log.load_state()
        assert store.is_behind()
    with _opened(tmp_path, tmp_path / "graph.db") as (log, store):
        log.load_state()
        assert graph_hash(store) == _replayed(EVENTS)


def test_what_retention_took_out_of_the_graph_does_not_come_back(tmp_path: Path) -> None:
    made = load_settings({"data_dir": tmp_path}, {}).settings
    sweep = sweeping(made)
    assert sweep is not None
    late = EVENTS[-1].time + HOT * 2
    tick = Envelope(time=late, kind="tick", body={})
    graph = tmp_path / "graph.db"
    with _opened(tmp_path, graph) as (log, store):
        log.pair(store, made)
        _taken(log, store, EVENTS)
        engine = Engine(store)
        engine.load(log.load_state().rows)
        log.append([tick], NOW)
        engine.apply(tick)
        sweep(engine, late)
        log.save_state(engine.take_dirty(), len(EVENTS) + 1)
        folded, counts = graph_hash(store), store.stats()
        assert counts.nodes_by_label["JobDay"]
        assert "JobRun" not in counts.nodes_by_label
    graph.unlink()
    with _opened(tmp_path, graph) as (log, store):
        log.pair(store, made)
        log.load_state()
        assert store.stats() == counts
        assert graph_hash(store) == folded


def test_an_event_that_was_set_aside_has_no_effect_on_a_graph_made_anew(tmp_path: Path) -> None:
    graph, poison = tmp_path / "graph.db", 40
    with _opened(tmp_path, graph) as (log, store):
        log.append(EVENTS[:80], NOW)
        entry = log.read_from(poison, 1)[0]
        log.save_state({}, 0, None, [event_aside(entry, "ValueError in engines")])
        log.save_state({}, 80)
        store.empty()
        log.load_state()
        assert graph_hash(store) == _replayed([*EVENTS[:poison], *EVENTS[poison + 1 : 80]])
