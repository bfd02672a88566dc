"""Apache Flink."""

from ..rule import rule

RULES = (
    rule(
        "CHECKPOINT_FAILED",
        "expired before completing",
        r"checkpoint (?:\d+ (?:of|for) job \S+ )?expired before completing",
        "=expired",
    ),
    rule(
        "CHECKPOINT_FAILED",
        "tolerable failure threshold|checkpoint was declined|could not complete snapshot",
        r"(?P<lower>tolerable failure threshold|checkpoint was declined|could not complete snapshot)",
        "lower",
    ),
    rule("CHECKPOINT_FAILED", "tasknotready", r"CheckpointDeclineTaskNotReady", "=task_not_ready"),
    rule(
        "NO_RESOURCES",
        "could not acquire the minimum required resources|noresourceavailableexception|slot request",
        r"minimum required resources|NoResourceAvailable|slot request .{0,60}time",
        "=flink_slots",
    ),
    rule(
        "NO_RESOURCES",
        "insufficient number of network buffers",
        r"insufficient number of network buffers",
        "=network_buffers",
    ),
    rule(
        "EXECUTOR_LOST",
        "taskmanager",
        r"heartbeat of taskmanager .{0,120}timed out",
        "=taskmanager",
        "=heartbeat",
    ),
    rule(
        "EXECUTOR_LOST",
        "taskmanager|task manager|taskexecutor",
        r"(?:taskmanager|task manager|taskexecutor).{0,120}(?:no longer reachable|lost|closed|unexpectedly)",
        "=taskmanager",
    ),
    rule(
        "EXECUTOR_LOST",
        "jobmanager",
        r"heartbeat of jobmanager .{0,120}timed out",
        "=jobmanager",
        "=heartbeat",
    ),
    rule(
        "SERIALIZATION_ERROR",
        "incompatible state|statemigrationexception|new state serializer",
        r"incompatible state|StateMigrationException|new (?:state|key) serializer",
        "=flink_state",
    ),
    rule(
        "CHECKPOINT_FAILED",
        "failed to rollback to checkpoint/savepoint|cannot map checkpoint/savepoint state",
        r"(?:rollback to|cannot map) checkpoint/savepoint",
        "=restore",
    ),
    rule(
        "MISSING_CLASS",
        "could not find any factory for identifier|discover a connector using option",
        r"(?:could not find any factory for identifier |discover a connector using option:? ['\"`]?connector['\"`]?=)['\"`](?P<word>[\w-]+)",
        "=factory",
        "word",
    ),
    rule(
        "INVALID_FORMAT",
        "rowtime|watermark",
        r"rowtime (?:timestamp is|field is|attribute).{0,60}null",
        "=rowtime_null",
    ),
    rule(
        "MALFORMED_DATA",
        "failed to deserialize",
        r"failed to deserialize (?:consumer record|(?P<lower>json|csv|avro|protobuf))",
        "=deserialize",
        "lower",
    ),
)
