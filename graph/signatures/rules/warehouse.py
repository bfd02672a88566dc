"""Cloud warehouses: Snowflake, BigQuery, Redshift, Databricks SQL, Trino/Presto/Athena."""

from ..rule import name, rule

RULES = (
    # Snowflake
    rule(
        "MISSING_FIELD",
        "invalid identifier '\"",
        r"invalid identifier '(?:\"?[^'\"\n]{1,100}\"?\.)?\"(?P<field>[^'\"\n]{1,100})\"'",
        "field",
    ),
    rule("MISSING_FIELD", "invalid identifier", rf"invalid identifier {name('field')}", "field"),
    rule(
        "TABLE_NOT_FOUND",
        "does not exist or not authorized",
        rf"(?P<lower>object|table|schema|database|view|stage|warehouse|role|function|integration)? ?{name('table')}['\"`]* does not exist or not authorized",
        "table",
    ),
    rule(
        "ACCESS_DENIED",
        "insufficient privileges",
        r"insufficient privileges to operate on +(?:(?P<lower_kind>[\w ]{1,30}?) )?['\"`](?P<table>[^'\"`\n]{1,100})",
        "=operate",
        "lower_kind",
        "table",
    ),
    rule(
        "ACCESS_DENIED",
        "current role has no privileges",
        r"(?P<lower_kind>\w+) ['\"`](?P<table>[^'\"`\n]{1,100})['\"`] already exists, but current role has no privileges",
        "=operate",
        "lower_kind",
        "table",
    ),
    rule(
        "CONNECTION_LOST",
        "connect to snowflake backend",
        r"could not connect to snowflake backend",
        "=snowflake",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "or operation cannot be performed",
        r"(?P<lower>\w+)(?: '(?P<table>[^'\n]{1,120})')? does not exist,? or operation cannot be performed",
        "=snowflake",
        "lower",
        "table",
    ),
    rule(
        "ERROR",
        "processing aborted due to error",
        r"processing aborted due to error (?P<word>\d{1,7})\b",
        "=snowflake_aborted",
        "word",
    ),
    rule("NO_RESOURCES", "no active warehouse", r"no active warehouse", "=warehouse"),
    rule(
        "TIMEOUT",
        "statement reached its statement or warehouse timeout|sql execution canceled",
        r"statement reached its statement",
        "=statement",
    ),
    rule(
        "INVALID_CAST",
        "is not recognized",
        r"(?P<type>numeric value|timestamp|date|boolean value|time)\s+'.{0,200}?' is not recognized",
        "=VALUE",
        "type",
    ),
    rule(
        "VALUE_TOO_LONG",
        "is too long and would be truncated",
        r"is too long and would be truncated",
        "=string",
    ),
    rule("AUTH_FAILED", "incorrect username or password", r"incorrect username or password", "=snowflake"),
    rule(
        "CREDENTIALS_EXPIRED",
        "authentication token has expired|jwt token is invalid",
        r"(?P<lower>authentication token has expired|JWT token is invalid)",
        "=snowflake",
    ),
    rule(
        "LOCK_CONFLICT", "number of waiters for this lock", r"number of waiters for this lock", "=snowflake"
    ),
    rule("SCHEMA_MISMATCH", "number of columns in file", r"number of columns in file", "=column_count"),
    # BigQuery
    rule("MISSING_FIELD", "unrecognized name", rf"unrecognized name:? {name('field')}", "field"),
    rule("MISSING_FIELD", "not found inside", rf"name {name('field')} not found inside", "field"),
    rule(
        "TABLE_NOT_FOUND",
        "not found: ",
        r"not found: (?P<lower>table|dataset|routine|model) (?:[\w.-]+[:.]){0,3}(?P<table>[\w$-]+)",
        "lower",
        "table",
    ),
    rule(
        "QUOTA_EXCEEDED",
        "quota exceeded|quotaexceeded|exceeded rate limits|ratelimitexceeded|exceeded quota",
        r"(?P<word_a>exceeded rate limits)(?:: (?P<word_b>[a-z ]{3,50}))?|your (?P<word_c>\w+) exceeded quota(?: for (?P<word_d>[a-z ]{3,40}))?|"
        r"(?P<word_e>quota ?exceeded|rateLimitExceeded)",
        "word_b",
        "word_c",
        "word_d",
    ),
    rule("RESULT_TOO_LARGE", "response too large", r"response too large to return", "=bigquery"),
    rule(
        "UNSUPPORTED",
        "for query planning",
        r"not enough resources for query planning",
        "=query_too_complex",
    ),
    rule(
        "QUOTA_EXCEEDED",
        "dml statements outstanding",
        r"too many DML statements outstanding against table",
        "=dml_queue",
    ),
    rule(
        "DISK_FULL",
        "available for shuffle operations",
        r"memory limit available for shuffle operations",
        "=shuffle",
    ),
    rule(
        "OOM",
        "resources exceeded during query execution",
        r"resources exceeded during query execution",
        "=query",
    ),
    rule(
        "SCHEMA_BREAK",
        "has changed type from|changed type from|field type",
        rf"field {name('field')}['\"`]? has changed (?P<word>type|mode) from (?P<old>\w+) to (?P<new>\w+)",
        "field",
        "pair",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "provided schema does not match",
        rf"provided schema does not match.{{0,200}}?(?:cannot add fields \(field: |field ){name('field')}",
        "=bigquery",
        "field",
    ),
    rule(
        "MISSING_FIELD", "missing in new schema", rf"field {name('field')} is missing in new schema", "field"
    ),
    rule("UNEXPECTED_FIELD", "no such field", rf"no such field: {name('field')}", "field"),
    rule(
        "TYPE_MISMATCH",
        "no matching signature",
        r"no matching signature for (?P<word>\w+ [\w.=<>+*/-]+)",
        "=signature",
        "word",
    ),
    rule(
        "INVALID_CAST", "could not parse", r"could not parse '.{0,200}?' as (?P<type>\w+)", "=VALUE", "type"
    ),
    rule(
        "INVALID_CAST",
        "bad double value|bad int64 value|bad bool value|bad int value",
        r"bad (?P<type>\w+) value",
        "=VALUE",
        "type",
    ),
    rule(
        "WRITE_CONFLICT",
        "could not serialize access|serializable isolation violation|concurrent update",
        r"could not serialize access|serializable isolation violation|concurrent update",
        "=serializable",
    ),
    rule(
        "DUPLICATE",
        "must match at most one source row|duplicate row detected during dml",
        r"must match at most one source row|duplicate row detected during dml",
        "=merge_source",
    ),
    rule("ACCESS_DENIED", "s3serviceexception", r"S3ServiceException: ?Access Denied", "=s3"),
    rule(
        "TYPE_MISMATCH",
        "cannot apply operator",
        r"cannot apply operator: (?P<old>\w+(?:\([\w, ]{1,20}\))?) [^\w\s]{1,2} (?P<new>\w+(?:\([\w, ]{1,20}\))?)",
        "pair",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "does not exist",
        r"line \d+:\d+: (?:table|view|schema) '(?P<table>[^'\n]{1,200})' does not exist",
        "table",
    ),
    rule(
        "ACCESS_DENIED",
        "access denied: ",
        r"access denied: (?P<word_a>\w+) .{0,200}?(?:permission (?P<word_b>[a-z]+\.[a-zA-Z.]+)|"
        r"permission to (?P<word_c>[a-z]+ \w+))",
        "word_a",
        "word_b",
        "word_c",
    ),
    rule("ACCESS_DENIED", "access denied: ", r"access denied: (?P<word_a>\w+ \w+)", "word_a"),
    # Trino, Presto, Athena
    rule(
        "MISSING_FIELD",
        "column_not_found|cannot be resolved",
        rf"column {name('field')}['\"]? cannot be resolved",
        "field",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "table_not_found|does not exist",
        rf"line \d+:\d+: (?:table|view|schema) {name('table')}['\"]? does not exist",
        "table",
    ),
    rule(
        "OOM",
        "cluster_out_of_memory|cluster is out of memory",
        r"cluster(?:_| is )out.of.memory",
        "=query",
        "=cluster",
    ),
    rule(
        "OOM",
        "exceeded per-node|exceeded_local_memory",
        r"exceeded per-node|EXCEEDED_LOCAL_MEMORY",
        "=query",
        "=per_node",
    ),
    rule(
        "OOM",
        "exceeded distributed|exceeded_global_memory|exceeded global",
        r"exceeded (?:distributed|global) (?:user |total )?memory|EXCEEDED_GLOBAL_MEMORY",
        "=query",
        "=distributed",
    ),
    rule(
        "TIMEOUT",
        "exceeded_time_limit|exceeded maximum time limit|query exceeded the maximum|exceeded the maximum run time",
        r"EXCEEDED_TIME_LIMIT|exceeded (?:the )?maximum (?:time limit|run time|execution time)",
        "=query",
    ),
    rule(
        "NO_RESOURCES",
        "too many queued queries|insufficient active worker|insufficient_resources|no_nodes_available",
        r"(?P<word>too many queued queries|insufficient active worker|INSUFFICIENT_RESOURCES|NO_NODES_AVAILABLE)",
        "word",
    ),
    rule(
        "SCHEMA_BREAK",
        "hive_partition_schema_mismatch|hive_bad_data|declared as type",
        rf"column {name('field')}['\"]? .{{0,200}}?declared as type ['\"]?(?P<new>[\w()]+).{{0,200}}?declared column .{{0,80}}?as type ['\"]?(?P<old>[\w()]+)",
        "field",
        "pair",
    ),
    rule(
        "SCHEMA_BREAK",
        "hive_bad_data|in parquet|declared as type",
        rf"(?:field|column) {name('field')}['\"]?'?s? .{{0,40}}?type (?P<old>\w+) .{{0,40}}?(?:incompatible with|declared).{{0,80}}?type (?P<new>\w+)",
        "field",
        "pair",
    ),
    rule(
        "ERROR",
        "trinousererror|trinoqueryerror|trinoexternalerror|error_name|hive_",
        r"(?:errorName\"?[:=] ?\"?|name=|\b)(?P<word>HIVE_[A-Z_]+|[A-Z]+_[A-Z_]{4,40})",
        "word",
    ),
    # Redshift
    rule(
        "MALFORMED_DATA",
        "stl_load_errors|sys_load_error",
        r"(?:load into table '(?P<table>[^'\n]{1,120})' failed.{0,20})?\b(?:stl_load_errors|sys_load_error)",
        "=redshift_load",
        "table",
    ),
    rule("ERROR", "error_class=|[databricks|error_code=", r"error_class=(?P<word>[A-Z_.]+)", "word"),
)
