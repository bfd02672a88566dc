"""One failure told by its code, by its sentence, by several drivers or with and without its subject."""

import pytest

from graph.signatures import signature_of


@pytest.mark.parametrize(
    ("signature", "texts"),
    [
        (
            "QUOTA_EXCEEDED:trino:stages",
            (
                "Number of stages in the query (156) exceeds the allowed maximum (150).",
                "TrinoUserError(type=USER_ERROR, name=QUERY_HAS_TOO_MANY_STAGES, query_id=1)",
            ),
        ),
        (
            "ERROR:ORA-01000",
            (
                "java.sql.SQLException: maximum open cursors exceeded",
                "ORA-00604: error occurred at recursive SQL level 1\nORA-01000: maximum open cursors exceeded",
            ),
        ),
        (
            "WRITE_CONFLICT:ConcurrentDeleteRead",
            (
                "[DELTA_CONCURRENT_DELETE_READ] This transaction attempted to read files that were deleted.",
                "io.delta.exceptions.ConcurrentDeleteReadException: This transaction attempted to read files.",
            ),
        ),
        (
            "WRITE_CONFLICT:iceberg:branch",
            (
                "pyiceberg.exceptions.CommitFailedException: Requirement failed: branch main has changed: expected id 1, found 2",
                "Requirement failed: branch main was created concurrently",
            ),
        ),
        (
            "ACCESS_DENIED:consumer_group",
            (
                "GroupAuthorizationException: Not authorized to access group: g",
                'KafkaError{code=GROUP_AUTHORIZATION_FAILED,val=30,str="Group authorization failed."}',
            ),
        ),
        (
            "OFFSET_OUT_OF_RANGE:kafka",
            (
                "Offsets out of range with no configured reset policy for partitions: {orders-0=36084}",
                "Fetch position FetchPosition{offset=39476} is out of range for partition clicks-0",
            ),
        ),
        (
            "MISSING_CLASS:factory:mysql-cdc",
            (
                "Could not find any factory for identifier 'mysql-cdc' that implements 'x.DynamicTableFactory' in the classpath.",
                "ValidationException: Cannot discover a connector using option: 'connector'='mysql-cdc'",
            ),
        ),
        (
            "THROTTLED:SlowDown",
            (
                "urllib.error.HTTPError: HTTP Error 503: Slow Down",
                "SlowDown: Please reduce your request rate.",
            ),
        ),
        (
            "TABLE_NOT_FOUND:orders",
            (
                "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'db.orders' doesn't exist",
                "ERROR 1146 (42S02): Table 'db.orders' doesn't exist",
            ),
        ),
        (
            "ACCESS_DENIED:table:orders",
            ("ERROR: permission denied for relation orders", "ERROR:  permission denied for table orders"),
        ),
        (
            "MALFORMED_DATA:json:variant",
            (
                'Error parsing JSON: unknown keyword "N", pos 2',
                "100069 (22P02): Error parsing JSON: incomplete object value, pos 10",
            ),
        ),
        (
            "DISK_FULL",
            (
                "could not extend file: No space left on device#012HINT:  Check free disk space.",
                "STATEMENT:  UPDATE jobs SET state = $1 WHERE id = $2 AND version = $3\nERROR:  could not extend file: No space left on device",
            ),
        ),
    ],
)
def test_one_failure_has_one_bucket_however_it_is_told(signature: str, texts: tuple[str, ...]) -> None:
    assert {signature_of(text) for text in texts} == {signature}


@pytest.mark.parametrize(
    ("text", "stolen"),
    [
        ("Packet for query is too large (4739923 > 1048576).", "bigquery"),
        ("Failed to acquire host lock lease: key based authentication is not permitted", "hive"),
        (
            "org.apache.iceberg.exceptions.CommitFailedException: Cannot commit: stale table metadata",
            "max_poll",
        ),
        ("duckdb.InvalidInputException: Invalid Input Error: Error in file x on line 5", "azure"),
    ],
)
def test_a_sentence_is_not_taken_for_another_tools(text: str, stolen: str) -> None:
    assert stolen not in signature_of(text)


def test_an_unknown_failure_is_told_by_two_words_that_tell_something() -> None:
    assert signature_of("FluxError: the flux capacitor is drained again") == "ERROR:flux_capacitor"
    assert signature_of("FluxError: cannot open the flux capacitor") == "ERROR:cannot_open_flux"
    assert signature_of("GET https://x.example/flux: the flux capacitor is drained") == signature_of(
        "google.X: 400 GET https://x.example/flux?alt=json: the flux capacitor is drained"
    )
