"""Airflow: the scheduler's and operators' own failures."""

from ..rule import name, rule

RULES = (
    rule(
        "TASK_KILLED",
        "zombie|heartbeat",
        r"zombie|missed heartbeat|jobs without heartbeat|task instance heartbeat timeout|task instance without a heartbeat",
        "=zombie",
    ),
    rule(
        "TASK_KILLED",
        "executor reports task instance|executor",
        r"finished \((?:failed|success)\) although the task says (?:it'?s|its|it is) \w+|executor reported that the task instance .{1,300}? finished with state",
        "=state_mismatch",
    ),
    rule(
        "OOM",
        "negsignal.sigkill|return code -9|signal 9|sigkill|exit code -9|return code 137|exit code 137|likely due to running out of memory",
        r"Negsignal\.SIGKILL|likely due to running out of memory|(?:return|exit) code:?(?: is)? -9|SIGKILL|(?:return|exit) code:? 137",
        "=worker",
    ),
    rule("TASK_KILLED", "sigterm", r"SIGTERM", "=SIGTERM"),
    rule(
        "SENSOR_TIMEOUT",
        "sensor has timed out|airflowsensortimeout|sensor timeout|snap. time is out",
        r"sensor has timed out|AirflowSensorTimeout|sensor timeout|snap\. time is out",
    ),
    rule(
        "TIMEOUT",
        "dagbag import timeout|timeout, pid|process timed out, pid",
        r"DagBag import timeout|broken dag.{0,400}?Timeout, PID|Process timed out, PID[\s\S]{0,100}?Failed to import: ",
        "=dag_import",
    ),
    rule(
        "TIMEOUT",
        "tasktimeout|task timed out|timeout, pid",
        r"AirflowTaskTimeout|task timed out|Timeout, PID",
        "=task",
    ),
    rule(
        "TIMEOUT",
        "tasks? deferred|tasktimeouterror|trigger timeout|trigger/execution timeout",
        r"task(?:'s)? deferr(?:ed|al)|trigger(?:/execution)? timeout",
        "=trigger",
    ),
    rule(
        "CONFIG_ERROR",
        "connection_not_found",
        rf"CONNECTION_NOT_FOUND: .{{0,20}}conn_id['\"]?: {name('word')}",
        "=connection",
        "word",
    ),
    rule("CONFIG_ERROR", "conn_id", rf"conn_id {name('word')}[`'\"]* isn'?t defined", "=connection", "word"),
    rule(
        "CONFIG_ERROR",
        "variable_not_found",
        rf"VARIABLE_NOT_FOUND: .{{0,20}}key['\"]?: {name('word')}",
        "=variable",
        "word",
    ),
    rule(
        "CONFIG_ERROR",
        "variable",
        rf"variable (?:with key )?{name('word')}[`'\"]* (?:does not exist|not found)",
        "=variable",
        "word",
    ),
    rule(
        "UPSTREAM_FAILED",
        "trigger rule",
        r"trigger rule '?\w{1,40}'? requires|dependency 'trigger rule' failed",
        "=airflow",
        "=dependency",
    ),
    rule(
        "UPSTREAM_FAILED",
        "upstream",
        r"(?:external|upstream) .{0,80}fail|upstream_failed|ExternalTaskFailed|ExternalDagFailed",
        "=airflow",
    ),
    rule(
        "UPSTREAM_FAILED",
        "external",
        r"ExternalTask\w*Error|external (?:dag|task)s?.{0,120}(?:failed|does not exist)",
        "=external_task",
    ),
    rule(
        "ALREADY_EXISTS",
        "dagrunalreadyexists|dag run already exists",
        r"DagRunAlreadyExists|dag run already exists",
        "=dag_run",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "dag with dag_id|dagnotfound|could not be found in",
        r"DagNotFound|dag with dag_id.{0,100}not found|"
        r"dag .{0,120}could not be found in",
        "=dag",
    ),
    rule(
        "NO_RESOURCES",
        "pod took longer|pod launching|pod took too long|unschedulable|failedscheduling|nodes are available: ",
        r"pod (?:took (?:longer|too long)|launching)|unschedulable|FailedScheduling|\d/\d{1,5} nodes are available: ",
        "=pod_start",
    ),
    rule(
        "CONFIG_ERROR",
        "imagepullbackoff|errimagepull|pull image|pulling image",
        r"ImagePullBackOff|ErrImagePull|failed to pull image|back-off pulling image",
        "=image_pull",
    ),
    rule("MALFORMED_DATA", "could not serialize the xcom", r"could not serialize the XCom", "=xcom"),
    rule("CONFIG_ERROR", "broken dag", r"broken dag.{0,400}?duplicate", "=broken_dag"),
    rule(
        "PROCESS_EXIT",
        "bash command failed|non-zero exit code",
        r"bash command failed.{0,100}?exit code (?P<word>\d{1,3})",
        "=bash",
        "word",
    ),
    rule(
        "PROCESS_EXIT",
        "cannot execute",
        r"cannot execute: .{0,300}error code is:? (?P<word>\d{1,3})",
        "=spark_submit",
        "word",
    ),
    rule("PROCESS_EXIT", "returned a failure", r"pod .{0,160}returned a failure", "=pod"),
)

# What no table knows is a process that ended.
EXITS = (
    rule(
        "PROCESS_EXIT",
        "exited with return code|returned non-zero exit|exited with code",
        r"exited with (?:return )?code (?!0\b)(?P<word_a>-?\d{1,3})|returned non-zero exit status (?P<word_b>-?\d{1,3})",
        "word",
    ),
)
