"""A watch on a real bus: what it tells, what it keeps, and when it lets time pass."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kafkaworld import NOW, fresh_kafka, take_in
from onetruth import events_of
from watchworld import let_go, means_of, on_the_bus, stop, term_of, until_caught_up

from engines.families import FRESHNESS
from service.entries import prepare
from service.kafka.producer import KafkaSender, Record
from service.kafka.publishing import event_records
from service.kafka.settings import Kafka
from service.lease import FileLease, LeaseLost
from service.watch.fold import Watch
from service.watch.rows import Reached
from service.watch.watcher import Watcher
from signal_factory.ids import canonical_json
from signal_factory.wire import Envelope

CASE = "70011"
TABLE, DUE = "ds://bus/orders", NOW.replace(hour=13)


def _send(kafka: Kafka, events: Iterable[Envelope]) -> None:
    sender = KafkaSender(kafka)
    sender.send(event_records(kafka, [prepare(each) for each in events]))
    sender.close()


def _promised() -> list[Envelope]:
    """A table that is due at one o'clock, and what it wrote the day before."""
    body = {
        "urn": TABLE, "tier": 1,
        "slo": {"freshness": {"expected_update_by": "13:00 UTC daily", "grace_period": "0m"}},
    }  # fmt: skip
    told = Envelope(time=DUE - timedelta(days=1, hours=1), kind="dataset", body=body)
    return [told, _commit(DUE - timedelta(days=1, minutes=5))]


def _commit(at: datetime) -> Envelope:
    body = {"event_type": "DatasetWriteCommitted", "event_time": at.isoformat(), "dataset_urn": TABLE,
            "run_id": f"run-{at:%d%H%M}"}  # fmt: skip
    return Envelope(time=at, kind="write_event", body=body)


def _failed(at: datetime) -> Envelope:
    body = {"event_type": "JobRunFailed", "event_time": at.isoformat(), "producer_urn": "job://bus/load",
            "run_id": "r-1", "failure_reason": "out of memory"}  # fmt: skip
    return Envelope(time=at, kind="job_event", body=body)


def _early(kafka: Kafka) -> set[str]:
    return {canonical_json(each.document) for each in on_the_bus(kafka) if each.early == FRESHNESS.name}


def _by_fold(events: Sequence[Envelope]) -> set[str]:
    watch = Watch(FRESHNESS)
    found = [one for each in events for one in watch.hear(each)]
    return {canonical_json(each.document()) for each in found}


@pytest.mark.parametrize("crashes", [False, True])
def test_what_is_told_early_is_what_will_be_kept_also_after_a_crash(tmp_path: Path, *, crashes: bool) -> None:
    kafka, (events, _) = fresh_kafka(partitions=3), events_of(CASE)
    means, ends = means_of(kafka, tmp_path, lambda: events[-1].time), events[-1].time
    for part in (events[: len(events) // 2], events[len(events) // 2 :]):
        _send(kafka, part)
        if crashes:
            # What was told and not kept is told again.
            term, tap = term_of(means, lambda: ends)
            until_caught_up(term, tap)
            term.close()
        term, tap = term_of(means, lambda: ends)
        until_caught_up(term, tap)
        stop(term)
    let_go(means)
    assert len(_by_fold(events)) > 3
    assert _early(kafka) == _by_fold(events)


def test_the_cluster_is_asked_before_a_silence_is_told(tmp_path: Path) -> None:
    kafka, moment = fresh_kafka(), [DUE - timedelta(minutes=30)]
    means = means_of(kafka, tmp_path, lambda: moment[0])
    _send(kafka, [*_promised(), _failed(moment[0])])
    term, tap = term_of(means, lambda: moment[0])
    until_caught_up(term, tap)
    _send(kafka, [_commit(DUE - timedelta(minutes=5))])
    moment[0] = DUE + timedelta(minutes=1)
    assert tap.is_caught_up, "it has not heard of the commit"
    assert not tap.is_at_end()
    until_caught_up(term, tap)
    assert not [each for each in on_the_bus(kafka) if each.document["window"]["type"] == "DEADLINE"]
    moment[0] += timedelta(days=1)
    until_caught_up(term, tap)
    [told] = [each for each in on_the_bus(kafka) if each.document["window"]["type"] == "DEADLINE"]
    assert told.document["dataset_urn"] == TABLE
    stop(term)
    let_go(means)


def test_what_came_in_a_transaction_has_an_end_too(tmp_path: Path) -> None:
    """The mark of a commit takes a place of its own behind the last message."""
    from confluent_kafka import Producer

    kafka = fresh_kafka()
    sending = Producer(kafka.producing() | {"transactional.id": kafka.prefix})
    sending.init_transactions(30.0)
    sending.begin_transaction()
    for record in event_records(kafka, [prepare(each) for each in _promised()]):
        sending.produce(record.topic, record.value, record.key)
    sending.commit_transaction(30.0)
    means = means_of(kafka, tmp_path, lambda: NOW)
    term, tap = term_of(means, lambda: NOW)
    until_caught_up(term, tap)
    assert sum(tap.offsets().values()) > len(_promised())
    stop(term)
    let_go(means)


def test_an_event_that_comes_twice_is_heard_once(tmp_path: Path) -> None:
    kafka = fresh_kafka()
    means = means_of(kafka, tmp_path, lambda: NOW)
    failed = _failed(NOW - timedelta(minutes=3))
    for _ in range(2):
        _send(kafka, [failed])
        term, tap = term_of(means, lambda: NOW)
        until_caught_up(term, tap)
        stop(term)
    means.log.append([failed], NOW)
    _send(kafka, [failed])
    term, tap = term_of(means, lambda: NOW)
    until_caught_up(term, tap)
    stop(term)
    let_go(means)
    assert len(on_the_bus(kafka)) == 2, (
        "only one who begins anew, and finds nothing in the log, hears it again"
    )


def test_one_that_begins_with_nothing_kept_learns_from_the_log_in_silence(tmp_path: Path) -> None:
    kafka, moment = fresh_kafka(), [DUE - timedelta(minutes=30)]
    _send(kafka, [*_promised(), _failed(DUE - timedelta(hours=1))])
    take_in(kafka, tmp_path).close()
    means = means_of(kafka, tmp_path, lambda: moment[0])
    term, tap = term_of(means, lambda: moment[0])
    until_caught_up(term, tap)
    assert on_the_bus(kafka) == []
    _send(kafka, [Envelope(time=DUE + timedelta(minutes=5), kind="tick", body={})])
    moment[0] = DUE + timedelta(minutes=5)
    until_caught_up(term, tap)
    stop(term)
    let_go(means)
    [told] = on_the_bus(kafka)
    assert told.document["dataset_urn"] == TABLE


def test_what_a_watch_keeps_is_no_part_of_the_leaders_state_and_needs_its_own_lease(tmp_path: Path) -> None:
    kafka = fresh_kafka()
    means = means_of(kafka, tmp_path, lambda: NOW)
    means.log.save_state({"clock": "7"}, 7)
    _send(kafka, _promised())
    term, tap = term_of(means, lambda: NOW)
    until_caught_up(term, tap)
    stop(term)
    rows, reached = means.rows.load()
    assert f"state/{TABLE}" in rows
    assert reached is not None
    assert sum(reached.offsets.values()) == len(_promised())
    assert dict(means.log.load_state().rows) == {"clock": "7"}
    means.lease.release()
    with pytest.raises(LeaseLost):
        means.keep({"time": "gone"}, Reached())
    assert means.rows.load() == (rows, reached)
    let_go(means)


def test_an_unreadable_record_moves_no_time_beyond_the_present(tmp_path: Path) -> None:
    kafka, now = fresh_kafka(), DUE - timedelta(minutes=30)
    means = means_of(kafka, tmp_path, lambda: now)
    nonsense = {"validation": "none at all"}
    _send(kafka, [*_promised(), Envelope(time=now + timedelta(hours=20), kind="evidence", body=nonsense)])
    term, tap = term_of(means, lambda: now)
    until_caught_up(term, tap)
    stop(term)
    let_go(means)
    assert on_the_bus(kafka) == []


def test_a_long_backlog_comes_in_order_of_time_and_is_never_held_whole(tmp_path: Path) -> None:
    kafka, count = fresh_kafka(partitions=2), 24_000
    body = {"validation": {"result": "PASS"}}

    def value(second: int) -> bytes:
        at = (NOW - timedelta(days=1) + timedelta(seconds=second)).isoformat()
        return json.dumps({"time": at, "kind": "evidence", "body": body}).encode()

    sender = KafkaSender(kafka)
    topic = kafka.topic("evidence")
    sender.send(Record(topic, f"key-{second // (count // 8)}", value(second)) for second in range(count))
    sender.close()
    means = means_of(kafka, tmp_path, lambda: NOW)
    _, tap = term_of(means, lambda: NOW)
    heard: list[datetime] = []
    most = 0
    while len(heard) < count:
        heard += [each.time for each in tap.turn(1.0)]
        most = max(most, tap.held)
    tap.close()
    let_go(means)
    assert heard == sorted(heard)
    assert 0 < most < 16_000


def _eventually(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not found():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def test_who_begins_to_lead_leaves_the_watch_to_another(tmp_path: Path) -> None:
    kafka = fresh_kafka()
    means = means_of(kafka, tmp_path, lambda: NOW)
    means.lease.release()
    leading = [False]
    watcher = Watcher(means.lease, lambda _: term_of(means, lambda: NOW)[0], lambda: leading[0], 1.0)
    other = FileLease(tmp_path, lambda: NOW, "freshness.lock")
    watcher.start()
    _eventually(lambda: watcher.is_watching)
    assert not other.acquire()
    leading[0] = True
    _eventually(other.acquire)
    assert not watcher.is_watching
    other.release()
    _eventually(lambda: watcher.is_watching)
    watcher.stop()
    let_go(means)
