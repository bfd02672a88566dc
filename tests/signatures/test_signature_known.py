"""The tables of messages that tools are known to say, and the frames around a message."""

import re

import pytest

from graph.signatures import family_of, kind_of, signature_of
from graph.signatures.canonical import canonical
from graph.signatures.known import entries, key_of, known_failure, pattern_of
from graph.signatures.telling import states, tells
from graph.signatures.vocabulary import FIELD_KINDS
from graph.signatures.wrappings import unwrapped

ENTRIES = tuple(entries())
NAMED_ONLY = {"DUPLICATE:index", "DUPLICATE:column"}


def said(fragment: str) -> str:
    """What a tool says that says ``fragment``."""
    return fragment.replace(" * ", " 'x' ").replace("*", "x").replace("{}", "thing_a")


def test_each_fragment_is_found_by_its_longest_word_in_what_it_is_said_in() -> None:
    for signature, fragment in ENTRIES:
        assert key_of(fragment), fragment
        assert re.search(pattern_of(fragment), said(fragment)), fragment
        assert known_failure(f"job 7 failed: {said(fragment)} (see the log)") is not None, fragment
        assert canonical(signature) == signature


def test_a_table_names_a_field_only_where_the_message_does() -> None:
    for signature, fragment in ENTRIES:
        if kind_of(signature) in FIELD_KINDS and signature not in NAMED_ONLY:
            assert (signature, "{}" in fragment) == (kind_of(signature), True)


@pytest.mark.parametrize(
    ("texts", "signature"),
    [
        (
            (
                "ERROR 1129 (HY000): Host '10.0.0.1' is blocked because of many connection errors",
                "exception 'PDOException' with message 'SQLSTATE[HY000] [1129] Host 'db' is blocked because of many connection errors'",
                "Error: ER_HOST_IS_BLOCKED: Host 'web' is blocked because of many connection errors; unblock with x",
            ),
            "NO_RESOURCES:mysql:host_blocked",
        ),
        (
            (
                "Code: 252, e.displayText() = DB::Exception: Too many parts (600). Merges are slow",
                "Code: 252. DB::Exception: Received from ch:9000. DB::Exception: Too many parts (300). (TOO_MANY_PARTS)",
                "ClickHouse exception, code: 252, host: 10.0.0.9, port: 8123; x",
            ),
            "NO_RESOURCES:clickhouse:TOO_MANY_PARTS",
        ),
        (
            (
                "org.apache.kafka.common.errors.InvalidReplicationFactorException: Replication factor: 3",
                "Broker: Invalid replication factor",
                'KafkaError{code=INVALID_REPLICATION_FACTOR,val=38,str="x"}',
            ),
            "CONFIG_ERROR:kafka:replication_factor",
        ),
        (
            (
                "Cannot parse Master URL: 'yarn'",
                "Could not parse Master URL: 'mesos://a'",
                "unable to parse master url: spark",
            ),
            "CONFIG_ERROR:spark:master_parse",
        ),
    ],
)
def test_one_failure_has_one_bucket_in_every_wrapping(texts: tuple[str, ...], signature: str) -> None:
    assert {signature_of(text) for text in texts} == {signature}


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("rpc error: code = Unavailable desc = the lease is gone", "the lease is gone"),
        (
            "[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]The lease is gone.",
            "The lease is gone.",
        ),
        ("SQLSTATE[42S02]: Base table or view not found: 1146 The lease is gone", "The lease is gone"),
        ("AWS::S3::Errors::Odd The lease is gone", "The lease is gone"),
        (
            "The lease is gone (Background on this error at: https://sqlalche.me/e/14/e3q8)",
            "The lease is gone",
        ),
        ("The lease is gone", "The lease is gone"),
        ("[ab] cd", "[ab] cd"),
    ],
)
def test_a_drivers_frame_comes_off_and_something_always_stays(line: str, bare: str) -> None:
    assert unwrapped(line) == bare


def test_a_clause_states_a_failure_or_tells_of_an_operation() -> None:
    assert states("the lease must not be renewed")
    assert not states("an unexpected error")
    assert tells("Error while renewing the lease")
    assert not tells("the lease is gone")


def test_the_line_that_states_the_failure_speaks_for_an_exception_that_does_not() -> None:
    trace = "akka.actor.ActorInitializationException: exception during creation\n\tat akka.actor.A.apply(A.scala:1)"
    assert signature_of(f"[ERROR] a.B - The lease must be renewed\n{trace}") == "ERROR:lease_renewed"


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("amount expected DECIMAL got STRING", "SCHEMA_BREAK:amount:DECIMAL→STRING"),
        (
            "column order_total expected type decimal(10,2) but got string",
            "SCHEMA_BREAK:order_total:DECIMAL→STRING",
        ),
        ("field 'qty' was expected to be of type INT but was DOUBLE", "SCHEMA_BREAK:qty:INT→DOUBLE"),
    ],
)
def test_a_field_that_came_in_another_type_broke_its_schema(text: str, signature: str) -> None:
    assert signature_of(text) == signature
    assert family_of(signature) == "drift"
