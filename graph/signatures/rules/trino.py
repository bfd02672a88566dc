"""Trino, Presto, Athena, Redshift and Databricks SQL."""

from ..rule import name, rule

RULES = (
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
        "TABLE_NOT_FOUND",
        "catalog",
        r"(?:: |^|\\?['\"])catalog ['\"]?(?P<table>[\w-]{1,100})['\"]? (?:does not exist|not found)",
        "=catalog",
        "table",
    ),
    rule(
        "TYPE_MISMATCH",
        "cannot be applied to",
        r"'[^'\w\s]{1,2}' cannot be applied to (?P<old>\w+)(?:\([\d, ]{1,12}\))?, (?P<new>\w+)",
        "pair",
    ),
    rule(
        "MISSING_FIELD",
        "table alias or column reference|invalid column reference",
        rf"invalid (?:table alias or )?column reference {name('field')}",
        "field",
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
        "too many queued queries|insufficient active worker",
        r"(?P<word>too many queued queries|insufficient active worker)",
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
        "INVALID_CAST",
        "cannot cast '",
        r"cannot cast '.{0,100}?' to (?P<type>[a-z]+)",
        "=VALUE",
        "type",
    ),
    # Redshift
    rule(
        "MALFORMED_DATA",
        "stl_load_errors|sys_load_error",
        r"\b(?:stl_load_errors|sys_load_error)",
        "=redshift_load",
    ),
    rule("ERROR", "error_class=|[databricks|error_code=", r"error_class=(?P<word>[A-Z_.]+)", "word"),
)

# What no table knows keeps the engine's own name.
NAMED = (
    rule(
        "ERROR",
        "return code",
        r"execution error, return code -?\d{1,9} from [\w.$]{3,200}(?:\.? ?(?:null)?\s*(?:\(state=[^)\n]{0,60}\))?\s*(?:$|\n)|\. vertex failed|\. error while processing)",
        "=hive",
        "=return_code",
    ),
    rule(
        "ERROR",
        "trinousererror(|trinoqueryerror(|trinoexternalerror(",
        r"type=\w+, name=(?P<word>[A-Z][A-Z_]{3,60})(?![A-Z_]|, message=)",
        "word",
    ),
    rule(
        "ERROR",
        "trinousererror|trinoqueryerror|trinoexternalerror|error_name|hive_",
        r"\A(?![\s\S]*\bmessage=)[\s\S]*?(?:errorName\"?[:=] ?\"?|name=|\b)(?P<word>HIVE_[A-Z_]+|[A-Z]+_[A-Z_]{4,40})",
        "word",
    ),
)
