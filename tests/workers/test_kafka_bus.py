"""The bus on a real Kafka: what is sent is in the log once, in order of time, or kept as a dead letter."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kafkaworld import LIMITS, NOW, fresh_kafka, send, take_in, until_caught_up

from service.cli.program import run as sf
from service.entries import Appended, Rejected, Row, prepare
from service.eventlog import EventLog
from service.kafka.dead import dead_letters, replay
from service.kafka.intake import Intake
from service.kafka.producer import KafkaSender
from service.kafka.publishing import event_records
from service.kafka.settings import DEPLOYMENTS, EVIDENCE, LINEAGE, Kafka
from service.kafka.topics import make_topics
from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope


def _commit(number: int) -> Envelope:
    at = NOW - timedelta(minutes=60 - number)
    body = {
        "event_type": "DatasetWriteCommitted", "event_time": at.isoformat(),
        "dataset_urn": f"ds://bus/table_{number % 7}", "run_id": f"run-{number}", "rows_written": number,
    }  # fmt: skip
    return Envelope(time=at, kind="write_event", body=body)


def _publish(kafka: Kafka, events: Iterable[Envelope]) -> None:
    sender = KafkaSender(kafka)
    sender.send(event_records(kafka, [prepare(each) for each in events]))
    sender.close()


def test_events_of_many_partitions_stand_in_the_log_once_and_in_order_of_time(tmp_path: Path) -> None:
    kafka, events = fresh_kafka(partitions=4), [_commit(number) for number in range(50)]
    _publish(kafka, [*events, *events[10:20]])
    log = take_in(kafka, tmp_path)
    assert [each.envelope for each in log.read_from(0)] == events
    log.close()


def test_bare_events_are_read_by_their_topic_and_shape(tmp_path: Path) -> None:
    kafka = fresh_kafka()
    write = dict(_commit(1).body)
    beat = {
        "event_type": "Heartbeat", "event_time": NOW.isoformat(), "producer_urn": "job://bus/load", "run_id": "r",
    }  # fmt: skip
    shipped = {"service": "orders-svc", "version": "v2", "deployed_at": NOW.isoformat()}
    run = {
        "eventType": "START", "eventTime": NOW.isoformat(), "run": {"runId": "r-1"},
        "job": {"namespace": "bus", "name": "load"}, "producer": "https://example.org",
    }  # fmt: skip
    send(kafka, EVIDENCE, [json.dumps(each).encode() for each in (write, beat)])
    send(kafka, DEPLOYMENTS, [json.dumps(shipped).encode()])
    send(kafka, LINEAGE, [json.dumps(run).encode()])
    log = take_in(kafka, tmp_path)
    found = {each.envelope.kind for each in log.read_from(0)}
    assert found == {"write_event", "job_event", "deployment", "openlineage"}
    assert log.rejected_counts() == {}
    log.close()


def test_what_nobody_can_read_is_kept_whole_with_the_reason_and_can_be_sent_again(tmp_path: Path) -> None:
    kafka = fresh_kafka()
    broken = [
        b"{not json",
        b"\xff\xfe\x00",
        b'{"kind": "write_event", "time": "yesterday", "body": {}}',
        b"[1, 2]",
    ]
    send(kafka, EVIDENCE, [*broken, json.dumps(dict(_commit(3).body)).encode()])
    log = take_in(kafka, tmp_path)
    assert len(log.read_from(0)) == 1
    letters = list(dead_letters(kafka))
    assert sorted(each.value for each in letters) == sorted(broken)
    assert {each.topic for each in letters} == {kafka.topic(EVIDENCE)}
    assert all(each.reason and each.code and each.at for each in letters)
    assert sum(log.rejected_counts().values()) == len(broken)
    log.close()
    assert replay(kafka) == len(broken)
    assert replay(kafka) == 0
    take_in(kafka, tmp_path).close()
    assert len(list(dead_letters(kafka))) == 2 * len(broken)


def test_an_offset_is_committed_behind_the_log_only(tmp_path: Path) -> None:
    kafka, events = fresh_kafka(), [_commit(number) for number in range(5)]
    _publish(kafka, events)

    def failing(_: Sequence[Row], __: datetime, ___: Iterable[Rejected]) -> Appended:
        raise BackendUnavailable("the disk is full")

    intake = Intake(kafka, failing, LIMITS, lambda: NOW)
    with pytest.raises(BackendUnavailable, match="disk is full"):
        until_caught_up(intake)
    intake.close()
    log = take_in(kafka, tmp_path)
    assert [each.envelope for each in log.read_from(0)] == events
    log.close()


def test_a_later_reader_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    kafka, events = fresh_kafka(), [_commit(number) for number in range(10)]
    _publish(kafka, events[:4])
    take_in(kafka, tmp_path / "one").close()
    _publish(kafka, events[4:])
    log = take_in(kafka, tmp_path / "two")
    assert [each.envelope for each in log.read_from(0)] == events[4:]
    log.close()


def test_a_cluster_that_is_away_is_said_with_what_to_do() -> None:
    with pytest.raises(BackendUnavailable, match=r"127\.0\.0\.1:1 cannot be used") as told:
        make_topics(Kafka("127.0.0.1:1", client={"socket.timeout.ms": "500"}), partitions=1, replicas=1)
    assert "SF_KAFKA_SERVERS" in told.value.hint


def test_making_topics_twice_changes_nothing(tmp_path: Path) -> None:
    kafka = fresh_kafka()
    make_topics(kafka, partitions=5, replicas=1)
    log = EventLog(tmp_path)
    intake = Intake(kafka, log.append_rows, LIMITS, lambda: NOW)
    until_caught_up(intake)
    assert intake.lag() == 0
    intake.close()
    log.close()


def test_on_the_command_line_dead_letters_are_listed_without_their_bytes_and_sent_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = fresh_kafka()
    monkeypatch.setenv("SF_KAFKA_SERVERS", kafka.servers)
    monkeypatch.setenv("SF_KAFKA_PREFIX", kafka.prefix)
    send(kafka, EVIDENCE, [b'{"secret": "s3cr3t"'])
    take_in(kafka, tmp_path).close()
    assert sf(["dlq", "--data-dir", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert "malformed_body" in listed
    assert "s3cr3t" not in listed
    assert sf(["dlq", "replay", "--format", "json", "--data-dir", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == {"replayed": 1}
    monkeypatch.delenv("SF_KAFKA_SERVERS")
    assert sf(["dlq", "--data-dir", str(tmp_path)]) == 2
