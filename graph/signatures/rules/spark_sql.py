"""Spark SQL and PySpark: error classes of 3.4 and later, and the prose before them."""

from ..rule import name, rule

RULES = (
    # missing things
    rule(
        "MISSING_FIELD",
        "cannot be resolved",
        rf"(?:column|parameter) with name {name('field')}[`'\"]* cannot be resolved",
        "field",
    ),
    rule(
        "AMBIGUOUS_FIELD",
        "are ambiguous",
        r"columns? (?P<field>\w{1,100})#\d{1,9}L?(?:, \w{1,100}#\d{1,9}L?){0,9} are ambiguous",
        "field",
    ),
    rule(
        "AMBIGUOUS_FIELD",
        "ambiguous_reference|ambiguous_column|is ambiguous",
        rf"(?:\[AMBIGUOUS_\w+\] )?(?:reference|column) {name('field')}[`'\"]* is ambiguous",
        "field",
    ),
    rule(
        "MISSING_FIELD",
        "unresolved_column|unresolved_field|unresolved_map_key|unresolved_using_column|field_not_found|"
        "column_not_found|unresolved_struct",
        r"\[(?:UNRESOLVED_|FIELD_NOT_FOUND|COLUMN_NOT_FOUND|_LEGACY)[A-Z_.]*\].{0,160}?[`](?P<field>[^\n]{1,160}?)`"
        r"(?:[ .,)]| )",
        "field",
    ),
    rule(
        "MISSING_FIELD",
        "cannot resolve",
        rf"cannot resolve {name('field')}[`'\"]{{0,4}}\)? (?:given input columns|in \w+ clause|among|in )",
        "field",
    ),
    rule(
        "MISSING_FIELD", "cannot resolve column name", rf"cannot resolve column name {name('field')}", "field"
    ),
    rule("MISSING_FIELD", "no such struct field", rf"no such struct field {name('field')}", "field"),
    rule("MISSING_FIELD", 'field "|field named', r'field "(?P<field>\w{1,100})" does not exist', "field"),
    rule(
        "ALREADY_EXISTS",
        "temp_table_or_view_already_exists|temporary view",
        rf"temporary view {name('table')}.{{0,4}} ?(?:because it )?already exists",
        "=view",
        "table",
    ),
    rule(
        "ALREADY_EXISTS",
        "table_or_view_already_exists|tablealreadyexists",
        rf"(?:TABLE_OR_VIEW_ALREADY_EXISTS\].{{0,40}}table or view|Table or view|Table) {name('table')}.{{0,4}} ?"
        r"(?:because it )?already exists",
        "=table",
        "table",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "table_or_view_not_found|table or view|unable to find the table|view_not_found",
        rf"(?:TABLE_OR_VIEW_NOT_FOUND\](?: the table or view)?|table or view not found:?) (?!does\b|[\w.]+Exception\b){name('table')}"
        rf"|\btable or view (?!does\b|not\b){name('table_b')}.{{0,6}} (?:cannot be found|(?:was |is )?not found|does not exist)",
        "table",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "nosuchtableexception|no such table|table or view",
        rf"table or view {name('table')}.{{0,6}} not found",
        "table",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "schema_not_found|nosuchdatabase|database_not_found|database '",
        rf"(?:SCHEMA_NOT_FOUND\] the schema|nosuchdatabaseexception: (?:database|namespace)|database(?= '[^'\n]{{1,80}}' not found)) {name('table')}",
        "=schema",
        "table",
    ),
    rule(
        "PATH_NOT_FOUND",
        "path does not exist|path_not_found",
        r"(?<!specified )path does not exist:? ?['`\"]?(?P<lower>[a-z][a-z0-9+]{1,10}(?=:/))?",
        "lower",
    ),
    rule(
        "EMPTY_INPUT",
        "unable to infer schema|unable_to_infer_schema|cannot_infer_empty_schema|can not infer schema from empty",
        r"unable to infer schema for (?P<lower>\w+)|UNABLE_TO_INFER_SCHEMA|infer schema from empty|EMPTY_SCHEMA",
        "=infer_schema",
    ),
    rule(
        "MISSING_CLASS",
        "defaultsource",
        r"ClassNotFoundException: (?P<word>[\w.-]+)\.DefaultSource",
        "=data_source",
        "word",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "doesn't match the data schema",
        r"column number of the existing table",
        "=column_count",
    ),
    rule(
        "MISSING_CLASS",
        "find data source|find the data source|class for data source",
        rf"(?:find (?:the )?|load class for )data source(?::\s*| ){name('word')}",
        "=data_source",
        "word",
    ),
    rule(
        "UNDEFINED_NAME",
        "unresolved_routine|undefined function",
        rf"(?:UNRESOLVED_ROUTINE\] cannot resolve (?:routine|function)|undefined function:?) {name('field')}",
        "=function",
        "field",
    ),
    # types and values
    rule(
        "INVALID_CAST",
        "cast_invalid_input|because it is malformed",
        r"of the type \"(?P<old>[\w()]+)\" cannot be cast to \"(?P<new>[\w()]+)\"",
        "pair",
    ),
    rule(
        "INVALID_CAST",
        "cannot cast|datatype_mismatch.cast",
        r"cannot cast \"(?P<old>[\w()<>, ]{1,60})\" to \"(?P<new>[\w()<>, ]{1,60})\"",
        "pair",
    ),
    rule(
        "NUMERIC_OVERFLOW",
        "cast_overflow",
        r"CAST_OVERFLOW(?:_IN_TABLE_INSERT)?\].{0,200}?\"(?P<old>\w+)[^\"]{0,20}\".{0,60}?\"(?P<new>\w+)[^\"]{0,20}\"",
        "=cast",
        "pair",
    ),
    rule(
        "INVALID_FORMAT",
        "cannot_parse_timestamp|inconsistent_behavior_cross_version|in the new parser|could not be parsed at index",
        r"CANNOT_PARSE_(?P<lower>\w+)|PARSE_DATETIME_BY_NEW_PARSER|fail to parse .{0,80}new parser|"
        r"Text .{0,80}could(?: not|n't) be parsed",
        "=timestamp",
    ),
    rule(
        "INVALID_CAST",
        "conversion failed when converting the",
        r"conversion failed when converting the (?P<old>\w+) value .{0,200}? to data type (?P<new>\w+)",
        "pair",
    ),
    rule("DIVIDE_BY_ZERO", "zerodivisionerror", r"ZeroDivisionError", "frame"),
    rule(
        "DIVIDE_BY_ZERO",
        "divide_by_zero|division by zero|divide by zero|divisionbyzero|: / by zero|division_by_zero",
        r"\[?divide[_ ]by[_ ]zero|division[ _]?by[ _]?zero|: / by zero",
    ),
    rule(
        "NUMERIC_OVERFLOW",
        "arithmetic_overflow|binary_arithmetic_overflow|numeric_value_out_of_range",
        r"\[(?:BINARY_)?ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE\S*?(?P<word>WITH\w+)?\]",
        "=arithmetic",
    ),
    rule("TYPE_MISMATCH", "datatype_mismatch", r"DATATYPE_MISMATCH\.(?P<word>\w+)", "word"),
    rule("TYPE_MISMATCH", "data type mismatch:", r"due to data type mismatch: (?P<lower>.{1,60})", "=spark"),
    rule(
        "SCHEMA_MISMATCH",
        "num_columns_mismatch|number of columns doesn't match|with the same number of columns|not enough data columns|too many data columns|not_enough_data_columns|too_many_data_columns|"
        "insert_column_arity_mismatch",
        r"(?P<word>NUM_COLUMNS_MISMATCH|INSERT_COLUMN_ARITY_MISMATCH\.\w+)|number of columns|(?:not enough|too many) data columns",
        "=column_count",
    ),
    rule(
        "TYPE_MISMATCH",
        "can not merge type|can not accept object|cannot_merge_type|cannot_accept_object_in_type|"
        "field_data_type_unacceptable",
        r"(?:CANNOT_MERGE_TYPE\] )?can ?not merge type (?:<class ')?[`\"']?(?:pyspark\.sql\.types\.)?(?P<old>\w+)[`\"'>]{0,2} and (?:<class ')?[`\"']?(?:pyspark\.sql\.types\.)?(?P<new>\w+)",
        "=merge",
        "pair",
    ),
    rule(
        "TYPE_MISMATCH",
        "can not accept object|cannot_accept_object_in_type|field_data_type_unacceptable",
        r"(?P<type>\w+Type)(?:\(\))?`? can ?not accept object",
        "=accept",
        "type",
    ),
    rule("INDEX_ERROR", "invalid_array_index", r"INVALID_ARRAY_INDEX", "=array"),
    rule("MISSING_FIELD", "map_key_does_not_exist", r"MAP_KEY_DOES_NOT_EXIST", "=map_key"),
    rule(
        "DUPLICATE",
        "merge_cardinality_violation|multiple_source_row_matching|multiple source rows",
        r"MERGE_CARDINALITY_VIOLATION|MULTIPLE_SOURCE_ROW_MATCHING|multiple source rows matched"
        r"|matched a target row with multiple source rows",
        "=merge_source",
    ),
    rule(
        "DUPLICATE",
        "found duplicate column|column_already_exists|duplicated_map_key",
        rf"(?:found duplicate column\(s\)[^\n]{{0,200}}?: |COLUMN_ALREADY_EXISTS\] the column ){name('field')}",
        "=column",
        "field",
    ),
    rule("DUPLICATE", "duplicated_map_key|duplicate map key", r"duplicated?[_ ]map[_ ]key", "=map_key"),
    rule(
        "ALREADY_EXISTS",
        "path_already_exists|path already exists|output directory .* already exists|already exists",
        r"PATH_ALREADY_EXISTS|path \S{1,300} already exists|output directory \S{1,300} already exists",
        "=path",
    ),
    rule(
        "SYNTAX_ERROR",
        "parse_syntax_error",
        r"PARSE_SYNTAX_ERROR\].{0,80}at or near (?:end of input|[`'\"](?P<token>[^\s`'\"]{1,40}))",
        "token",
    ),
    rule("SERIALIZATION_ERROR", "task not serializable", r"task not serializable", "=spark_task"),
    rule(
        "SERIALIZATION_ERROR",
        "kryo",
        r"kryo.{0,80}buffer overflow|buffer overflow\. available",
        "=kryo_buffer",
    ),
    rule(
        "MALFORMED_DATA",
        "malformed_record_in_parsing|malformed records are detected|malformed csv",
        r"malformed_record|malformed (?:csv )?records?",
        "=record_parsing",
    ),
    rule("MALFORMED_DATA", "cannot_parse_json|invalid_json", r"(?P<word>\w*JSON\w*)", "word"),
    rule(
        "VERSION_MISMATCH",
        "python in worker has different version|python_version_mismatch",
        r"python in worker has different version|PYTHON_VERSION_MISMATCH",
        "=python",
    ),
    rule(
        "CHECKPOINT_FAILED",
        "checkpoint",
        r"(?:STREAM_FAILED.{0,200})?incompatible.{0,60}checkpoint",
        "=incompatible",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "unable to convert|cannot convert.{0,5}parquet",
        r"unable to convert .{0,60}to parquet",
        "=parquet",
    ),
    rule("UNSUPPORTED", "unsupported_feature", r"UNSUPPORTED_FEATURE\.(?P<word>\w+)", "word"),
    rule(
        "MISSING_FIELD",
        "col_not_found|column .{0,80}not found in schema",
        rf"column {name('field')}.{{0,3}} not found in schema",
        "field",
    ),
)
