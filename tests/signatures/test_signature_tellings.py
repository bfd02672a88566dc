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
        (
            "SERVICE_UNAVAILABLE:kafka_replicas",
            (
                "kafka server: Messages are rejected since there are fewer in-sync replicas than required.",
                "[19] Not Enough Replicas: the number of in-sync replicas is lower than the configured minimum",
                'cimpl.KafkaException: KafkaError{code=NOT_ENOUGH_REPLICAS,val=19,str="Broker: Not enough in-sync replicas"}',
                "Got error produce response on topic-partition a-0. Error: NOT_ENOUGH_REPLICAS (org.apache.kafka.Sender:251)",
            ),
        ),
        (
            "ERROR:kafka:fetch_size",
            (
                "org.apache.kafka.common.errors.InvalidFetchSizeException: The requested fetch size is invalid.",
                "%3|1700000000.1|FAIL|rdkafka#c-1| [thrd:b:9092/1]: b:9092/1: Request failed: Broker: Invalid message size",
                "kafka server: The message has a negative size",
            ),
        ),
        (
            "ALREADY_EXISTS:location_not_empty",
            (
                "[DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION] Cannot create table. The associated location ('s3://a') is not empty and also not a Delta table.",
                "AnalysisException: Cannot create table ('`a`.`b`'). The associated location ('dbfs:/x') is not empty.;",
            ),
        ),
        (
            "WRITE_CONFLICT:MetadataChanged",
            (
                "io.delta.exceptions.MetadataChangedException: The metadata of the Delta table has been changed by a concurrent update.",
                "The metadata of the Delta table has been changed by a concurrent update. Please try the operation again.",
            ),
        ),
        (
            "CONNECTION_LOST:python_worker",
            (
                "Python worker failed to connect back.",
                "org.apache.spark.SparkException: Python worker failed to connect back.\nCaused by: java.net.SocketTimeoutException: Accept timed out",
            ),
        ),
        (
            "ACCESS_DENIED:file",
            (
                "PermissionError: [Errno 13] Permission denied: '/data/x'",
                "ValueError: Unable to configure handler 'processor': [Errno 13] Permission denied: '/logs'",
                "java.io.FileNotFoundException: /data/x (Permission denied)",
                "Error: EACCES: permission denied, open '/data/x'",
            ),
        ),
        (
            "TIMEOUT:gunicorn",
            (
                "ERROR - No response from gunicorn master within 120 seconds",
                "web-1  | ERROR - No response from gunicorn master within 120 seconds\nweb-1 exited with code 0",
            ),
        ),
        (
            "TLS_ERROR:certificate_verify_failed",
            (
                "ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate",
                "curl: (60) SSL certificate problem: unable to get local issuer certificate",
                "Get https://x.example: x509: certificate signed by unknown authority",
            ),
        ),
        (
            "DUPLICATE:PK__orders",
            (
                "Violation of PRIMARY KEY constraint 'PK__orders__3213E83F1A2B3C4D'. Cannot insert duplicate key.",
                "Violation of PRIMARY KEY constraint 'PK__orders__9B7C11D2AA'. Cannot insert duplicate key.",
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


SENTENCES = (
    "the flux lease is not renewable here",
    "unsupported flux escape sequence",
    "no flux has been selected to create in",
)
WRAPPINGS = (
    "Database Error in model orders (models/marts/orders.sql)\n  {}\n  compiled code at target/run/a.sql",
    "[2024-01-02T03:04:05.000+0000] {{subprocess.py:93}} INFO - Job failed\n[2024-01-02T03:04:06.000+0000] {{subprocess.py:93}} INFO - {}",
    '"job 7 failed\\n\\n{}\\n"',
    "java.lang.IllegalArgumentException: requirement failed: {}",
    'cimpl.KafkaException: KafkaError{{code=FLUX,val=7,str="Broker: {}"}}',
    "Msg 7242, Level 16, State 1, Line 3\n{}",
    'pymssql.ProgrammingError: (7242, b"{}DB-Lib error message 20018, severity 16:\\nGeneral SQL Server error: Check messages from the SQL Server\\n")',
    "org.apache.spark.sql.AnalysisException: [FLUX_LEASE_STATE] {}. SQLSTATE: 0AKDC",
)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_an_unknown_sentence_is_read_through_what_stands_around_it(sentence: str, wrapping: str) -> None:
    assert signature_of(wrapping.format(sentence)) == signature_of(sentence)


def test_a_code_in_brackets_speaks_where_no_sentence_does() -> None:
    assert signature_of("[FLUX_LEASE_STATE] SQLSTATE: 0AKDC") == "ERROR:FLUX_LEASE_STATE"


def test_an_unknown_failure_names_an_object_only_where_that_is_absent_or_wrong() -> None:
    assert signature_of("plugin 'flux' is not installed") == "ERROR:plugin_not_installed:flux"
    assert signature_of("column 'flux' drains the lease") == signature_of("column 'tide' drains the lease")


def test_an_unknown_failure_is_told_by_two_words_that_tell_something() -> None:
    assert signature_of("FluxError: the flux capacitor is drained again") == "ERROR:flux_capacitor"
    assert signature_of("FluxError: cannot open the flux capacitor") == "ERROR:cannot_open_flux"
    assert signature_of("GET https://x.example/flux: the flux capacitor is drained") == signature_of(
        "google.X: 400 GET https://x.example/flux?alt=json: the flux capacitor is drained"
    )
