"""A sentence that no table knows has one signature, whichever service, client or orchestrator carries it."""

import json

import pytest

from graph.signatures import signature_of

SENTENCES = (
    "Replication factor of shard group cannot be lowered below quorum",
    "Materialized view refresh requires change tracking on base table",
    "Query was rejected because the resource group is paused",
)
CARRIERS = {
    "hive ddl": "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. MetaException(message:{})",
    "oracle's own number": 'ORA-20001: {}\nORA-06512: at "ETL.PKG", line 4',
    "kafka connect": "Connector configuration is invalid and contains the following 1 error(s):\n{}\nYou can also find the above list of errors at the endpoint `/x`",
    "ssh": "[2024-01-01, 00:00:00 UTC] {{ssh.py:478}} WARNING - {}\n[2024-01-01, 00:00:01 UTC] {{taskinstance.py:1}} ERROR - Task failed with exception\nairflow.exceptions.AirflowException: SSH operator error: exit status = 1",
    "pod": "[2024-01-01, 00:00:00 UTC] {{pod_manager.py:472}} INFO - [base] {}\n[2024-01-01, 00:00:01 UTC] {{taskinstance.py:1}} ERROR - Task failed with exception\nairflow.exceptions.AirflowException: Pod etl-1 returned a failure.",
    "boto": "botocore.exceptions.ClientError: An error occurred (ValidationException) when calling the StartJobRun operation: {}",
    "abfs": 'Operation failed: "{}", 400, PUT, https://acc.dfs.core.windows.net/fs/x?timeout=90, InvalidResource',
    "databricks": "airflow.exceptions.AirflowException: Job run failed with terminal state: {{'result_state': 'FAILED', 'state_message': 'Workload failed, see run output for details'}} and with the error {}",
    "trino": 'trino.exceptions.TrinoUserError: TrinoUserError(type=USER_ERROR, name=SOME_NEW_NAME, message="line 3:7: {}", query_id=1)',
    "redshift odbc": "[Amazon](500310) Invalid operation: {};",
    "clickhouse http": "clickhouse_connect.driver.exceptions.DatabaseError: HTTPDriver for http://h:8123 returned response code 500)\n Code: 999. DB::Exception: {}. (BAD_ARGUMENTS)",
    "google's java client": 'com.google.api.client.googleapis.json.GoogleJsonResponseException: 400 Bad Request\nPOST https://x.example/y\n{{\n  "code" : 400,\n  "message" : "{}"\n}}',
    "requests": 'requests.exceptions.HTTPError: 400 Client Error: Bad Request for url: https://x.example/y\nResponse: {{"message": "{}"}}',
    "gcloud": "ERROR: (gcloud.dataproc.batches.submit.spark) INVALID_ARGUMENT: {}",
    "step functions": '{{"Error": "States.TaskFailed", "Cause": "{}"}}',
    "rust": "[2024-01-01T00:00:00Z ERROR etl::main] {}",
    "bash": "[2024-01-01, 00:00:00 UTC] {{subprocess.py:93}} INFO - {}\n[2024-01-01, 00:00:01 UTC] {{taskinstance.py:1}} ERROR - Task failed with exception\nairflow.exceptions.AirflowException: Bash command failed. The command returned a non-zero exit code 1.",
    "azure for go": "RESPONSE 400: 400 {}\nERROR CODE: InvalidResource\n----------",
}


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS.keys())
def test_a_carrier_does_not_hide_the_sentence_that_it_passes_on(sentence: str, carrier: str) -> None:
    assert signature_of(carrier.format(sentence)) == signature_of(sentence)


def test_a_program_that_says_nothing_before_it_ends_is_told_by_its_end() -> None:
    assert signature_of("Pod etl-1 returned a failure.") == "PROCESS_EXIT:pod"
    assert signature_of("SSH operator error: exit status = 1") == "PROCESS_EXIT:ssh"


@pytest.mark.parametrize(
    ("document", "signature"),
    [
        ({"error_type": "KeyError", "error": "'customer_id'"}, "MISSING_FIELD:customer_id"),
        ({"errorType": "KeyError", "errorMessage": "'customer_id'"}, "MISSING_FIELD:customer_id"),
        ({"error_code": 40403, "message": "Schema 1234 not found"}, "SCHEMA_NOT_FOUND"),
        (
            {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Your workspace has too many requests"},
            "THROTTLED:RequestLimitExceeded",
        ),
        ({"errors": ["FlinkJobNotFoundException: Could not find Flink job (1)"]}, "ERROR:flink:no_job"),
        (
            {"reason": "bytesBilledLimitExceeded", "message": "Query exceeded limit for bytes billed: 10."},
            "QUOTA_EXCEEDED:bigquery:bytes_billed",
        ),
        (
            {"event": "Process terminated by signal.", "signal": -9, "signal_name": "SIGKILL"},
            "OOM:worker",
        ),
    ],
)
def test_what_stands_beside_a_message_in_json_is_read_with_it(
    document: dict[str, object], signature: str
) -> None:
    assert signature_of(json.dumps(document)) == signature


@pytest.mark.parametrize(
    ("signature", "texts"),
    [
        (
            "TLS_ERROR:wrong_version_number",
            (
                "curl: (35) error:0A00010B:SSL routines::wrong version number",
                "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)",
                "tls: first record does not look like a TLS handshake",
            ),
        ),
        (
            "TLS_ERROR:certificate_verify_failed",
            (
                "javax.net.ssl.SSLHandshakeException: PKIX path building failed: x.SunCertPathBuilderException: y",
                "curl: (60) SSL certificate problem: self-signed certificate in certificate chain",
            ),
        ),
        (
            "TIMEOUT:read",
            (
                "curl: (28) Operation timed out after 1001 milliseconds with 0 bytes received",
                "TimeoutError: timed out",
                "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
            ),
        ),
        (
            "CONNECTION_REFUSED:kafka",
            (
                "kafka.errors.NoBrokersAvailable: NoBrokersAvailable",
                "Connection to node -1 (/10.0.0.1:9094) could not be established. Node may not be available.",
                "kafka.errors.KafkaTimeoutError: KafkaTimeoutError: Unable to bootstrap from ['b:9096']",
            ),
        ),
        (
            "THROTTLED:http",
            (
                "curl: (22) The requested URL returned error: 429",
                "urllib3.exceptions.ResponseError: too many 429 error responses",
            ),
        ),
        (
            "ACCESS_DENIED:USE_SCHEMA:schema:raw",
            (
                "PERMISSION_DENIED: User does not have USE SCHEMA on Schema 'main.raw'.",
                '{"error_code":"PERMISSION_DENIED","message":"User does not have USE SCHEMA on Schema \'main.raw\'."}',
            ),
        ),
        (
            "AUTH_FAILED:azure:secret_expired",
            (
                "AADSTS7000222: The provided client secret keys for app 'x' are expired.",
                '{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}',
            ),
        ),
        (
            "CONNECTION_REFUSED:hive_metastore",
            (
                "MetaException(message:Could not connect to meta store using any of the URIs provided. Most recent failure: x)",
                "AnalysisException: RuntimeException: Unable to instantiate org.apache.hadoop.hive.ql.metadata.SessionHiveMetaStoreClient\nCaused by: MetaException(message:Could not connect to meta store using any of the URIs provided.)",
            ),
        ),
    ],
)
def test_one_failure_shares_a_key_through_more_clients(signature: str, texts: tuple[str, ...]) -> None:
    assert {signature_of(text) for text in texts} == {signature}
