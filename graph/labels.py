"""The labels of the causal graph (docs/graph.md prints them as a table)."""

from .schema_types import Label, Property, earliest, flags, most, newest, sets, table, texts

RUN_STATUS_ORDER = (
    *("QUEUED", "SCHEDULED", "START", "RUNNING", "OTHER"),
    *("SKIPPED", "ABORT", "COMPLETE", "SUCCESS", "FAIL", "FAILED"),
)
"""A terminal state beats one that is not, and a failure beats a success of the same run."""

_SEEN = (*earliest("first_seen"), *newest("last_seen"))
_STATUS = Property("status", "str", "rank", order=RUN_STATUS_ORDER)
_TIER = Property("tier", "int", "latest")

DATASET = Label(
    "Dataset",
    "dataset URN",
    "topology",
    table(
        *texts("name zone type owner_team service domain schema_fingerprint schema_id"),
        *texts("classification runbook_url job description last_commit_version lifecycle"),
        *texts("last_good_at previous_schema_fingerprint"),
        _TIER,
        Property("columns", "strs", "latest"),
        *flags("registered resolved"),
        *sets("storage namespaces tags", cap=50),
        *_SEEN,
        *newest("last_commit_at watermark schema_changed_at folded_until archived_until"),
    ),
    cap=200_000,
)
JOB = Label(
    "Job",
    "job URN",
    "topology",
    table(
        *texts("name namespace service dag_id code_ref deploy_ref owner_team job_type"),
        *texts("integration processing_type schedule description source_url version runbook_url"),
        _TIER,
        *flags("registered resolved paused"),
        *sets("tags namespaces", cap=50),
        *_SEEN,
        *newest("folded_until archived_until"),
    ),
    cap=200_000,
)
JOB_RUN = Label(
    "JobRun",
    "run id",
    "run",
    table(
        *texts("job run_type code_ref deploy_ref failure_signature dag_id dag_run_id"),
        *texts("env cluster_id spark_app_id parent_run_id root_run_id trace_id exit_code"),
        *texts("service version engine external_url processing_engine"),
        _STATUS,
        *earliest("scheduled_at started_at nominal_at first_seen"),
        *newest("ended_at last_seen last_heartbeat_at nominal_end_at"),
        *most("rows_read rows_written bytes_written records_processed records_passed records_failed"),
        *most("records_warned retry_count attempt files_written gates_expected gates_seen"),
        Property("duration_s", "float", "max"),
        *sets("evidence gates", cap=10),
    ),
    cap=2_000_000,
)
DAG_RUN = Label(
    "DAGRun",
    "DAG run id",
    "run",
    table(
        *texts("dag_id job run_type external_url namespace trigger"),
        _STATUS,
        *earliest("execution_date scheduled_at started_at first_seen nominal_at"),
        *newest("ended_at last_seen"),
        *most("attempt"),
    ),
    cap=500_000,
)
JOB_DAY = Label(
    "JobDay",
    "`<job URN>@<day>`",
    "run",
    table(
        *texts("job day first_run last_run last_good_run"),
        *earliest("started_at first_seen"),
        *newest("ended_at last_seen last_good_at"),
        *most("runs completed failed aborted unfinished rows_read rows_written"),
        Property("duration_s", "float", "max"),
        *sets("failed_runs versions", cap=10),
        *sets("signatures", cap=50),
    ),
    cap=1_000_000,
)
SERVICE = Label("Service", "service name", "topology", table(
    *texts("name owner_team version runbook_url description environment"), _TIER, *_SEEN
), cap=50_000)  # fmt: skip
PRODUCER = Label("Producer", "producer id", "topology", table(
    *texts("name service owner_team version type runbook_url"), *_SEEN
), cap=50_000)  # fmt: skip
TEAM = Label("Team", "team name", "topology", table(
    *texts("name slack email escalation pager"), *_SEEN
), cap=50_000)  # fmt: skip
DEPLOYMENT = Label(
    "Deployment",
    "`<service>:<version>`",
    "causal",
    table(
        *texts("service version previous_version environment commit_sha deploy_ref code_ref"),
        *texts("pull_request deployed_by change_summary change_type repository"),
        *earliest("deployed_at first_seen"),
        *newest("last_seen rolled_back_at"),
        *sets("source", cap=10),
        Property("rolled_back", "bool", "max"),
        *sets("evidence", cap=10),
    ),
    cap=100_000,
)
FAILURE_SIGNATURE = Label(
    "FailureSignature",
    "`<signature>@<dataset or job URN>`",
    "causal",
    table(
        *texts("signature dataset_urn job kind family field new_value severity"),
        *_SEEN,
        *most("count warn_count fail_count"),
        Property("first_evidence", "str", "at_min", beside="first_seen"),
        *sets("evidence producers versions", cap=10),
    ),
    cap=200,
)
SIGNAL = Label(
    "Signal",
    "signal id",
    "derived",
    table(
        *texts("signal_type state dataset_urn job reason breach_type failure_signature run_id"),
        *earliest("window_start first_seen breach_start"),
        *newest("window_end last_seen resolved_at"),
        Property("score", "float", "latest"),
        _TIER,
        *sets("evidence", cap=10),
    ),
    cap=200_000,
)
INCIDENT = Label(
    "Incident",
    "incident id",
    "derived",
    table(
        *texts("title severity status dataset_urn failure_signature cause_kind cause_key verdict"),
        *texts("resolved_at"),
        *earliest("created_at"),
        *newest("last_seen"),
        Property("confidence", "float", "latest"),
        _TIER,
    ),
    cap=50_000,
)
QUARANTINE = Label(
    "Quarantine",
    "quarantine location",
    "run",
    table(
        *texts("dataset_urn location status reason run_id"),
        *most("records bytes"),
        *_SEEN,
        *sets("evidence", cap=10),
    ),
    cap=200_000,
)
COLUMN = Label("Column", "`<dataset URN>#<column>`", "topology", table(
    *texts("name dataset_urn type classification description"), *_SEEN
), cap=500_000)  # fmt: skip

ALL_LABELS = (
    DATASET, JOB, JOB_RUN, DAG_RUN, JOB_DAY, SERVICE, PRODUCER, TEAM, DEPLOYMENT,
    FAILURE_SIGNATURE, SIGNAL, INCIDENT, QUARANTINE, COLUMN,
)  # fmt: skip
