"""Delta Lake (JVM and delta-rs), Iceberg, Hudi, Parquet."""

from ..rule import name, rule

# What Delta says of a conflict, with or without its class in front.
_CONFLICTS = (
    ("ConcurrentAppend", "files were added to"),
    ("ConcurrentDeleteRead", "attempted to read one or more files that were deleted"),
    ("ConcurrentDeleteDelete", "attempted to delete one or more files that were deleted"),
    ("MetadataChanged", "the metadata of the delta table has been changed"),
    ("ProtocolChanged", "the protocol version of the delta table has been changed"),
    ("ConcurrentTransaction", "query that attempts to write to the same"),
)

RULES = (
    *(
        rule("WRITE_CONFLICT", says, rf"{says}[\s\S]{{0,300}}?(?:concurrent|to)", f"={word}")
        for word, says in _CONFLICTS
    ),
    rule(
        "WRITE_CONFLICT",
        "multiple streaming|concurrent_stream_log_update",
        r"multiple streaming (?:queries are concurrently|jobs detected)|CONCURRENT_STREAM_LOG_UPDATE",
        "=spark",
        "=streaming_query",
    ),
    rule(
        "CORRUPT_FILE",
        "unable to reconstruct state at version|delta_truncated_transaction_log",
        r"unable to reconstruct state at version|DELTA_TRUNCATED_TRANSACTION_LOG",
        "=delta",
        "=state",
    ),
    rule(
        "INVALID_CAST",
        "cannot cast string '",
        r"cannot cast string '.{0,300}?' to value of (?P<type>\w+) type",
        "=VALUE",
        "type",
    ),
    rule(
        "SCHEMA_BREAK",
        "failed to merge fields|failed_to_merge_fields|delta_merge_incompatible",
        rf"failed to merge fields {name('field')}['`\"]? and .{{0,1500}}?incompatible data types? "
        r"(?P<old>\w+(?:\([^)]{0,30}\))?)\s+and\s+(?P<new>\w+(?:\([^)]{0,30}\))?)",
        "field",
        "pair",
    ),
    rule("SCHEMA_MISMATCH", "failed to merge fields", rf"failed to merge fields {name('field')}", "field"),
    rule(
        "SCHEMA_MISMATCH",
        "schema mismatch detected when writing|delta_metadata_mismatch|_legacy_error_temp_delta_0007",
        r"schema mismatch detected when writing|delta_metadata_mismatch|LEGACY_ERROR_TEMP_DELTA_0007",
        "=delta_write",
    ),
    rule(
        "WRITE_CONFLICT",
        "concurrent",
        r"\b(?:DELTA_)?(?P<word>Concurrent(?:Append|DeleteRead|DeleteDelete|Transaction|Write|Modification)|"
        r"MetadataChanged|ProtocolChanged)(?:Exception)?\b",
        "word",
    ),
    rule(
        "WRITE_CONFLICT",
        "metadatachangedexception|protocolchangedexception",
        r"(?P<word>MetadataChanged|ProtocolChanged)Exception",
        "word",
    ),
    rule(
        "WRITE_CONFLICT",
        "delta_concurrent|delta_metadata_changed|delta_protocol_changed",
        r"DELTA_(?P<code>(?:CONCURRENT|METADATA|PROTOCOL)_[A-Z_]{1,40})",
        "code",
    ),
    rule(
        "WRITE_CONFLICT",
        "changed since last commit",
        r"metadata changed since last commit",
        "=MetadataChanged",
    ),
    rule(
        "WRITE_CONFLICT",
        "requirement failed: branch|requirement failed: ref",
        r"requirement failed: (?:branch|ref) .{1,80}?(?:has changed|created concurrently)",
        "=iceberg",
        "=branch",
    ),
    rule(
        "WRITE_CONFLICT",
        "stale table metadata|metadata location",
        r"stale table metadata|metadata location '.{1,300}?' is not same as",
        "=iceberg",
        "=stale_metadata",
    ),
    rule(
        "WRITE_CONFLICT",
        "commit failed|commitfailederror|transaction failed|transactionerror|a concurrent transaction",
        r"(?:concurrent transaction (?P<word_a>\w+ \w+ \w+)|commit ?failed(?:error|exception)?.{0,200}?"
        r"(?P<word_b>concurrent|conflict|requirement failed|branch main has changed|metadata location|base metadata))",
        "word",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "is not a delta table|delta_missing_delta_table|delta_table_not_found|not a delta table",
        r"(?:is not a delta table|delta_missing_delta_table|delta_table_not_found)",
        "=delta",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "tablenotfounderror|no snapshot or version 0 found|generic delta kernel error: no files in log",
        r"no snapshot or version 0|TableNotFoundError|no files in log segment",
        "=delta",
    ),
    rule(
        "PATH_NOT_FOUND",
        "delta_file_not_found|file referenced in the transaction log cannot be found|"
        "delta_log_file_not_found|delta_path_does_not_exist",
        r"referenced in the transaction log|DELTA_(?P<lower>[A-Z_]*FOUND\w*|PATH_DOES_NOT_EXIST)",
        "=delta",
    ),
    rule(
        "ERROR",
        "detected schema change|delta_schema_changed",
        r"detected schema change|DELTA_SCHEMA_CHANGED",
        "=delta",
        "=source_schema_change",
    ),
    rule("SCHEMA_MISMATCH", "delta_", r"DELTA_(?P<word>\w*SCHEMA\w*)", "word"),
    rule(
        "NULL_VALUE",
        "delta_not_null_constraint_violated|not null constraint violated for column",
        rf"NOT NULL constraint violated for column:? {name('field')}",
        "field",
    ),
    rule(
        "CONSTRAINT_VIOLATION",
        "check constraint|delta_violate_constraint",
        rf"check constraint {name('table')} ?.{{0,200}}?violated",
        "table",
    ),
    rule(
        "UNSUPPORTED",
        "delta_unsupported_features_for_|reader version|writer version|unsupported_features|delta protocol version|protocolversionexception|delta_invalid_protocol",
        r"(?:DELTA_UNSUPPORTED_FEATURES_FOR_\w+|delta protocol version .{0,40}?too new|InvalidProtocolVersion|DELTA_INVALID_PROTOCOL|minimum (?:reader|writer) version|requires? (?:a )?(?:reader|writer) version)",
        "=delta_protocol",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "cannot write incompatible|incompatible_data_for_table|cannot write incompatible data",
        r"INCOMPATIBLE_DATA_FOR_TABLE\.(?P<word>\w+).{0,300}?(?:column|data) " + name("field"),
        "word",
        "field",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "cannot write incompatible data",
        r"cannot write incompatible data.{0,300}?(?:- |cannot safely cast )" + name("field"),
        "field",
    ),
    rule(
        "CORRUPT_FILE",
        "is not a parquet file|parquet magic bytes|not a parquet|not a valid parquet|corrupt footer",
        r"not a (?:valid )?parquet|parquet magic bytes|corrupt footer",
        "=parquet",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "cannot read sql type|can not read sql type",
        r"can ?not read sql type .{1,80} from orc stream",
        "=orc_type",
    ),
    rule(
        "CORRUPT_FILE",
        "malformed orc|not a valid orc|orc footer|not an avro|not a valid avro|unexpected end of stream",
        r"(?P<lower>orc|avro)",
        "lower",
    ),
    rule(
        "SCHEMA_BREAK",
        "parquet column cannot be converted|failed_read_file.parquet_column_data_type_mismatch",
        rf"parquet column cannot be converted.{{0,600}}?column: ?\[?{name('field')}\]?.{{0,40}}?expected:? ?"
        r"(?P<new>[\w()]+).{0,20}?(?:found|actual):? ?(?P<old>[\w()]+)",
        "field",
        "pair",
    ),
    rule(
        "SCHEMA_BREAK",
        "parquet_column_data_type_mismatch|parquet column",
        rf"data type mismatches when reading Parquet column\W{{0,3}}{name('field')}.{{0,80}}?expected (?:spark )?type:? ?"
        r"(?P<new>[\w()]+).{0,40}?actual (?:parquet )?type:? ?(?P<old>[\w()]+)",
        "field",
        "pair",
    ),
    rule(
        "SCHEMA_BREAK",
        "physicaltype: ",
        rf"column: ?\[{name('field')}\], physicalType: ?(?P<old>\w+), logicalType: ?(?P<new>\w+)",
        "field",
        "pair",
    ),
    rule("WRITE_CONFLICT", "hoodiewriteconflictexception", r"HoodieWriteConflictException", "=hudi"),
    rule(
        "SCHEMA_MISMATCH",
        "cannot cast schema, number of fields",
        r"cannot cast schema, number of fields does not match",
        "=field_count",
    ),
    rule(
        "MISSING_FIELD",
        "delta_cannot_resolve|delta_merge_unresolved|delta_column_not_found|cannot resolve",
        rf"DELTA_\w*(?:UNRESOLVED|RESOLVE|COLUMN_NOT_FOUND)\w*\] cannot resolve {name('field')}",
        "field",
    ),
)
