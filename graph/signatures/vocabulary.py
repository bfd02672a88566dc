"""The kinds of failure and the family each belongs to (``docs/signatures.md`` has the prose)."""

from typing import Literal, TypeAlias

Family: TypeAlias = Literal[
    "drift", "anomaly", "runtime", "resource", "permission", "connectivity", "upstream", "unknown"
]

FAMILIES: dict[Family, tuple[str, ...]] = {
    "drift": (
        "MISSING_FIELD",
        "UNEXPECTED_FIELD",
        "AMBIGUOUS_FIELD",
        "UNKNOWN_ENUM",
        "SCHEMA_BREAK",
        "SCHEMA_MISMATCH",
        "SCHEMA_INCOMPATIBLE",
        "SCHEMA_NOT_FOUND",
        "TYPE_MISMATCH",
        "INVALID_CAST",
    ),
    "anomaly": (
        "NULL_VALUE",
        "DUPLICATE",
        "OUT_OF_RANGE",
        "INVALID_FORMAT",
        "REFERENTIAL",
        "ROW_COUNT",
        "VOLUME_ANOMALY",
        "TEST_FAILED",
        "CONSTRAINT_VIOLATION",
        "MALFORMED_DATA",
        "CORRUPT_FILE",
        "VALUE_TOO_LONG",
    ),
    "runtime": (
        "ERROR",
        "NULL_REF",
        "MISSING_MODULE",
        "MISSING_CLASS",
        "MISSING_METHOD",
        "MISSING_ATTRIBUTE",
        "UNDEFINED_NAME",
        "SYNTAX_ERROR",
        "COMPILATION_ERROR",
        "CONFIG_ERROR",
        "SERIALIZATION_ERROR",
        "WRITE_CONFLICT",
        "ALREADY_EXISTS",
        "UNSUPPORTED",
        "DIVIDE_BY_ZERO",
        "NUMERIC_OVERFLOW",
        "INDEX_ERROR",
        "TASK_KILLED",
        "PROCESS_EXIT",
        "OFFSET_OUT_OF_RANGE",
        "REBALANCE",
        "PRODUCER_FENCED",
        "LOCK_CONFLICT",
        "VERSION_MISMATCH",
    ),
    "resource": (
        "OOM",
        "DISK_FULL",
        "TIMEOUT",
        "QUOTA_EXCEEDED",
        "THROTTLED",
        "EXECUTOR_LOST",
        "NO_RESOURCES",
        "RESULT_TOO_LARGE",
        "RECORD_TOO_LARGE",
        "CHECKPOINT_FAILED",
        "RECURSION_LIMIT",
        "PII_SCAN_TIMEOUT",
        "PROFILING_OOM_FALLBACK",
    ),
    "permission": ("ACCESS_DENIED", "AUTH_FAILED", "CREDENTIALS_EXPIRED", "CREDENTIALS_MISSING"),
    "connectivity": (
        "CONNECTION_REFUSED",
        "CONNECTION_TIMEOUT",
        "CONNECTION_LOST",
        "DNS_FAILURE",
        "TLS_ERROR",
        "SERVICE_UNAVAILABLE",
    ),
    "upstream": (
        "PATH_NOT_FOUND",
        "TABLE_NOT_FOUND",
        "TOPIC_NOT_FOUND",
        "BUCKET_NOT_FOUND",
        "OBJECT_NOT_FOUND",
        "UPSTREAM_FAILED",
        "STALE_SOURCE",
        "SENSOR_TIMEOUT",
        "EMPTY_INPUT",
        "GOLD_TABLE_NOT_FOUND",
    ),
    "unknown": ("UNKNOWN",),
}

FAMILY_OF_KIND: dict[str, Family] = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}

# The part that follows the kind names a field (column) for these kinds only.
FIELD_KINDS = frozenset(
    (
        "MISSING_FIELD UNEXPECTED_FIELD AMBIGUOUS_FIELD UNKNOWN_ENUM SCHEMA_BREAK NULL_VALUE DUPLICATE "
        "OUT_OF_RANGE INVALID_FORMAT REFERENTIAL VALUE_TOO_LONG"
    ).split()
)

# Other people's reason codes for the same thing.
ALIASES: dict[str, str] = {
    alias: kind
    for kind, aliases in {
        "MISSING_FIELD": (
            "REQUIRED_FIELD_MISSING MISSING_REQUIRED_FIELD FIELD_MISSING MISSING_COLUMN COLUMN_MISSING "
            "REQUIRED_FIELD_ABSENT FIELD_REQUIRED COLUMN_NOT_FOUND FIELD_NOT_FOUND MISSING_KEY"
        ),
        "UNEXPECTED_FIELD": "EXTRA_FIELD EXTRA_COLUMN UNEXPECTED_COLUMN UNKNOWN_FIELD UNKNOWN_COLUMN",
        "UNKNOWN_ENUM": (
            "INVALID_ENUM ENUM_VIOLATION UNKNOWN_ENUM_VALUE INVALID_ENUM_VALUE ENUM_VALUE_DRIFT "
            "UNEXPECTED_ENUM ENUM_MISMATCH"
        ),
        "SCHEMA_BREAK": "TYPE_CHANGED TYPE_CHANGE COLUMN_TYPE_CHANGED SCHEMA_TYPE_CHANGE",
        "NULL_VALUE": "NULL_VIOLATION NOT_NULL NOT_NULL_VIOLATION UNEXPECTED_NULL NULL_RATE",
        "DUPLICATE": "DUPLICATE_KEY DUPLICATE_VALUE UNIQUE_VIOLATION UNIQUENESS_VIOLATION",
        "OUT_OF_RANGE": "RANGE_VIOLATION VALUE_OUT_OF_RANGE",
        "INVALID_FORMAT": "FORMAT_VIOLATION PATTERN_MISMATCH BAD_FORMAT FORMAT_ERROR",
        "REFERENTIAL": "FOREIGN_KEY_VIOLATION REFERENTIAL_INTEGRITY ORPHANED_RECORD",
        "NULL_REF": "NULL_POINTER NULLPOINTEREXCEPTION NULL_REFERENCE",
        "OOM": "OUT_OF_MEMORY OOM_KILLED OOMKILLED OUTOFMEMORYERROR",
        "ACCESS_DENIED": "PERMISSION_DENIED INSUFFICIENT_PRIVILEGE FORBIDDEN",
        "PATH_NOT_FOUND": "MISSING_INPUT INPUT_NOT_FOUND FILE_NOT_FOUND",
        "TABLE_NOT_FOUND": "TABLE_OR_VIEW_NOT_FOUND RELATION_NOT_FOUND",
    }.items()
    for alias in aliases.split()
}
