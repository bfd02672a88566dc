"""Apache Spark: memory, executors and resources."""

from ..rule import rule

_LOST = (
    r"(?:executorlostfailure|executor lost|lost executor|remote rpc client disassociated|executor heartbeat)"
)

# A container that its cluster manager killed. One that runs an executor is the executor's memory, and
# "killed by YARN for exceeding memory limits" is what Spark's allocator says of executors alone.
_CONTAINER_NEEDLES = "container killed|memory limit|oomkilled|exceeding physical memory|137"
_BY_YARN = r"killed by yarn for exceeding memory limits"
_CONTAINER = (
    r"container .{0,80}killed (?:by yarn |on request)?.{0,80}(?:exceeding.{0,40}memory|exit code is 137)"
    r"|running (?:\d{1,15}B )?beyond (?:the )?'?(?:physical|virtual)'? memory limit|exceeding (?:physical )?memory limits|OOMKilled"
    r"|(?:executor|container).{0,200}(?:exit (?:code|status):?(?: is)? ?137|exited with (?:exit )?code 137)"
)

RULES = (
    # memory, by the side that ran out of it
    rule(
        "OOM",
        _CONTAINER_NEEDLES,
        rf"\A(?=[\s\S]*(?:executor|{_BY_YARN}))[\s\S]*?(?:{_CONTAINER})",
        "=executor",
    ),
    rule("OOM", _CONTAINER_NEEDLES, _CONTAINER, "=container"),
    rule(
        "OOM",
        "not enough memory to build and broadcast|could not execute broadcast|cannot broadcast the table",
        r"not enough memory to build and broadcast|cannot broadcast the table",
        "=driver",
        "=broadcast",
    ),
    rule(
        "OOM",
        "unable to acquire|unable_to_acquire_memory",
        r"unable to acquire \d+ bytes of memory|UNABLE_TO_ACQUIRE_MEMORY",
        "=executor",
        "=execution_memory",
    ),
    rule("RESULT_TOO_LARGE", "maxresultsize", r"maxResultSize", "=driver"),
    rule(
        "OOM",
        "python worker|pyspark.memory",
        r"(?:memoryerror.{0,400}pyspark\.memory|python worker.{0,100}out of memory)",
        "=python_worker",
    ),
    rule(
        "EXECUTOR_LOST",
        "python worker exited unexpectedly|eofexception",
        r"python worker exited unexpectedly",
        "=python_worker",
    ),
    rule(
        "EXECUTOR_LOST",
        "executor heartbeat|no recent heartbeats|send heartbeats to driver",
        r"executor heartbeat timed out|unable to send heartbeats to driver|removing executor \S{1,20} with no recent heartbeats",
        "=heartbeat",
    ),
    rule(
        "EXECUTOR_LOST",
        "decommission",
        r"executor (?:\S{1,20} is )?decommission",
        "=executor_decommission",
    ),
    rule("EXECUTOR_LOST", "was preempted", r"container \S{1,80} was preempted", "=preempted"),
    rule(
        "EXECUTOR_LOST",
        "executorlost|disassociated|lost executor|executor lost",
        r"remote rpc client disassociated",
        "=disassociated",
    ),
    rule(
        "EXECUTOR_LOST",
        "executorlost",
        r"executorlostfailure.{0,160}exited (?:unrelated to the running tasks|caused by)"
        r".{0,60}reason: (?P<lower>(?:[A-Za-z]+ ?){1,5})",
        "lower",
    ),
    rule("EXECUTOR_LOST", "executorlost|lost executor|executor lost", _LOST),
    rule(
        "EXECUTOR_LOST",
        "fetchfailed|fetch failed|metadatafetchfailed|missing an output location",
        r"missing an output location for shuffle|(?:Metadata)?FetchFailed(?:Exception)?|failed to connect to .{0,80}shuffle",
        "=shuffle_fetch",
    ),
    rule(
        "TIMEOUT",
        "broadcast",
        r"could not execute broadcast in \d+|spark\.sql\.broadcastTimeout",
        "=broadcast",
    ),
    rule("TIMEOUT", "futures timed out", r"futures timed out after", "=futures"),
    rule(
        "NO_RESOURCES",
        "initial job has not accepted any resources",
        r"initial job has not accepted any resources",
        "=spark",
    ),
    rule(
        "TASK_KILLED",
        "sparkcontext was shut down|cancelled because|sparkcontext has been shutdown",
        r"job \d* ?cancelled because sparkcontext was shut ?down|cancelled because SparkContext",
        "=spark_context",
    ),
    rule(
        "ERROR",
        "stopped sparkcontext",
        r"cannot call methods on a stopped sparkcontext",
        "=SparkContextStopped",
    ),
)
