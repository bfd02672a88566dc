"""What services of Databricks, Azure and Google say that a rule of another tool would take for something else."""

from ..rule import name, rule

RULES = (
    rule("QUOTA_EXCEEDED", "azure_quota_exceeded|quota", r"AZURE_QUOTA_EXCEEDED", "=azure", "=cores"),
    rule(
        "ERROR",
        "billing",
        r"billing ?(?:has not been|not) ?enabled|billing account .{0,80}is disabled",
        "=gcp",
        "=billing",
    ),
    # A person must grant this very privilege on this very thing.
    rule(
        "ACCESS_DENIED",
        "does not have ",
        r"(?:user|principal|group|owner)(?: \S{1,80})? does not have (?:privilege )?(?P<word>[A-Z]+(?:[ _][A-Z]+){0,2}) on "
        rf"(?P<lower>table|schema|catalog|view|volume|function|external location|database|storage credential) {name('table')}",
        "word",
        "lower",
        "table",
    ),
    rule(
        "AUTH_FAILED",
        "aadsts7000222|client secret",
        r"AADSTS7000222|client secret(?: keys)? .{0,80}expired",
        "=azure",
        "=secret_expired",
    ),
    rule(
        "AUTH_FAILED",
        "aadsts7000215|invalid client secret",
        r"AADSTS7000215|invalid client secret",
        "=azure",
        "=client_secret",
    ),
    rule(
        "CREDENTIALS_EXPIRED",
        "access token expired|access token has expired",
        r"(?<!oauth )access token (?:has )?expired",
        "=access_token",
    ),
    rule("AUTH_FAILED", "jwt token is invalid", r"JWT token is invalid", "=snowflake", "=jwt"),
    rule("BUCKET_NOT_FOUND", "not found: 404", r"\b(?:gs|s3)://[\w.-]{3,63}/? not found: 404"),
    rule(
        "OBJECT_NOT_FOUND",
        "matched no objects|no urls matched",
        r"matched no objects or files|no URLs matched",
        "=store",
    ),
    # Arrow's own client of S3: "AWS Error NO_SUCH_KEY during HeadObject operation".
    rule("OBJECT_NOT_FOUND", "aws error no_such_key", r"AWS Error NO_SUCH_KEY", "=store"),
    rule("BUCKET_NOT_FOUND", "aws error no_such_bucket", r"AWS Error NO_SUCH_BUCKET"),
    rule("THROTTLED", "aws error slow_down", r"AWS Error SLOW_DOWN", "=SlowDown"),
    rule(
        "ACCESS_DENIED",
        "aws error access_denied",
        r"AWS Error ACCESS_DENIED during (?P<word>\w{3,60}) operation",
        "word",
    ),
    rule(
        "CONNECTION_LOST",
        "aws error network_connection",
        r"AWS Error NETWORK_CONNECTION during \w+ operation(?!.{0,80}(?:resolve|timed? ?out|timeout|refused))",
        "=aws",
    ),
    rule(
        "CONFIG_ERROR",
        "max parallelism|maximum parallelism",
        r"max parallelism (?:mismatch|\d+ to new program)|maximum parallelism \(\d+\) with which",
        "=flink",
        "=max_parallelism",
    ),
    rule(
        "SYNTAX_ERROR",
        'encountered "',
        r"(?:parse(?:r|d)? ?(?:failed|exception|error)|ParseException)[^\n]{0,80}?encountered \"(?P<token>[^\s\"]{1,40})\" at line",
        "token",
    ),
    rule("TABLE_NOT_FOUND", "object '", r"\bobject '(?P<table>[\w.$]{1,120})' not found", "table"),
    rule(
        "ALREADY_EXISTS",
        "with this name already exists",
        r"table '(?:[\w.-]{1,100}[:.]){0,3}(?P<table>[\w$-]{1,100})' could not be created; a table with this name",
        "=table",
        "table",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "find data for",
        rf"cannot find data for (?:the )?output column {name('field')}",
        "=CANNOT_FIND_DATA",
        "field",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "safely cast",
        rf"cannot safely cast {name('field')}",
        "=CANNOT_SAFELY_CAST",
        "field",
    ),
    rule(
        "WRITE_CONFLICT",
        "concurrent transaction",
        r"concurrent transactions? added (?:new )?data",
        "=ConcurrentAppend",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "database does not exist:|namespace does not exist:|there is no database named",
        rf"(?:(?:database|namespace) does not exist:|there is no database named) {name('table')}",
        "=database",
        "table",
    ),
    rule("TABLE_NOT_FOUND", "table does not exist:", rf"\btable does not exist: {name('table')}", "table"),
    rule(
        "MISSING_CLASS",
        "entry point class",
        r"entry point class '(?P<cls>[\w.$]{1,200})' was not found",
        "cls",
    ),
    rule("OOM", "outofdirectmemoryerror", r"OutOfDirectMemoryError", "=direct_memory"),
)
