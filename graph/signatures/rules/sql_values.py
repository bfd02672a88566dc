"""SQL engines: constraints, values, types and syntax."""

from ..rule import name, quoted, rule

TYPE = r"(?P<{group}>\w{{1,40}}(?: (?:varying|precision|with(?:out)? time zone))?)"

RULES = (
    # constraints
    rule(
        "UNKNOWN_ENUM",
        "invalid input value for enum",
        r"invalid input value for enum (?P<field>[\w.\"]{1,80}): \"?(?P<value>[^\"\n]{1,64})",
        "field",
        "value",
    ),
    rule("NULL_VALUE", "null value in column", rf"null value in column {quoted('field')}", "field"),
    rule(
        "NULL_VALUE", "not null constraint failed", rf"not null constraint failed:? {name('field')}", "field"
    ),
    rule("NULL_VALUE", "cannot be null", rf"column {quoted('field')} cannot be null", "field"),
    rule(
        "NULL_VALUE",
        "cannot insert the value null",
        rf"cannot insert the value NULL into column {quoted('field')}",
        "field",
    ),
    rule("NULL_VALUE", "cannot convert null", r"cannot convert null (?:value )?to (?:a )?non-nullable"),
    rule("NULL_VALUE", "null result in a non-nullable column", r"null result in a non-nullable column"),
    rule(
        "NULL_VALUE",
        "non-nullable|not nullable|null values",
        rf"(?:column|field) {name('field')}.{{0,40}}(?:non-nullable|not nullable).{{0,60}}null",
        "field",
    ),
    rule(
        "DUPLICATE",
        "duplicate key value violates unique constraint",
        rf"violates unique constraint {quoted('table')}",
        "table",
    ),
    rule(
        "DUPLICATE",
        "unique constraint failed",
        r"unique constraint failed:? (?P<field>[\w.]+(?:, [\w.]+){0,8})",
        "field",
    ),
    rule(
        "DUPLICATE",
        "violation of (?:primary|unique)|violation of primary key|violation of unique key",
        rf"violation of (?:primary|unique) key constraint {quoted('table')}",
        "table",
    ),
    rule(
        "DUPLICATE",
        "duplicate key",
        r"duplicate key \"(?P<field>[A-Za-z_]\w{0,80}):|duplicate key",
        "field",
        "=key",
    ),
    rule("DUPLICATE", "duplicate entry", rf"duplicate entry .{{0,300}}? for key {quoted('table')}", "table"),
    rule("DUPLICATE", "ora-00001", r"ORA-00001: unique constraint \((?P<table>[\w.]+)\)", "table"),
    rule(
        "REFERENTIAL",
        "violates foreign key constraint",
        rf"violates foreign key constraint {quoted('table')}",
        "table",
    ),
    rule(
        "REFERENTIAL",
        "foreign key constraint",
        r"foreign key constraint (?:failed|fails)(?:.{0,100}?CONSTRAINT [`\"'](?P<table>\w+))?",
        "table",
    ),
    rule(
        "REFERENTIAL",
        "statement conflicted with the",
        rf"statement conflicted with the (?:foreign key|reference)(?: same table)? constraint {quoted('table')}",
        "table",
    ),
    rule(
        "CONSTRAINT_VIOLATION",
        "statement conflicted with the",
        rf"statement conflicted with the check constraint {quoted('table')}",
        "table",
    ),
    rule(
        "CONSTRAINT_VIOLATION",
        "violates check constraint",
        rf"violates check constraint {quoted('table')}",
        "table",
    ),
    rule(
        "CONSTRAINT_VIOLATION",
        "check constraint failed",
        rf"check constraint failed(?: on table {name('table')})?:? ?{name('word')}?",
        "table",
        "word",
    ),
    rule("VALUE_TOO_LONG", "value too long for type", r"value too long for type (?P<type>[a-z ]+)", "type"),
    rule(
        "VALUE_TOO_LONG", "data too long for column", rf"data too long for column {quoted('field')}", "field"
    ),
    rule(
        "VALUE_TOO_LONG",
        "string or binary data would be truncated|exceeds ddl length|value too long|bigger than column size|user character length limit",
        r"would be truncated|exceeds DDL length|value too long|bigger than column size|character length limit",
        "=string",
    ),
    # values and types
    rule(
        "SCHEMA_BREAK",
        "is of type",
        rf"column {quoted('field')} is of type (?P<old>[\w ]{{1,40}}?) but expression is of type {TYPE.format(group='new')}",
        "field",
        "pair",
    ),
    rule(
        "INVALID_CAST",
        "invalid input syntax for",
        r"invalid input syntax for (?:type )?(?P<type>[a-z ]{2,40}?)\s?:",
        "=VALUE",
        "type",
    ),
    rule(
        "INVALID_CAST",
        "could not convert string",
        r"could not convert string '.{0,300}?' to (?:'?(?P<type>[\w()]+))",
        "=VALUE",
        "type",
    ),
    rule(
        "MALFORMED_DATA",
        "incorrect string value",
        r"incorrect string value: ['\"]\\+x[0-9A-F]",
        "=encode",
        "=charset",
    ),
    rule(
        "INVALID_CAST",
        "incorrect|truncated incorrect",
        rf"incorrect (?P<type>\w+) value: .{{0,200}}?for column {name('field')}",
        "=VALUE",
        "type",
        "field",
    ),
    rule(
        "INVALID_CAST",
        "conversion failed|error converting data type",
        r"(?:conversion failed when converting.{0,60}?|error converting )data type (?P<old>\w+)(?: value .{0,100}?)? to (?:data type )?(?P<new>\w+)",
        "pair",
    ),
    rule(
        "INVALID_CAST",
        "conversion error",
        r"conversion error:? .{0,200}?(?:to|as) (?P<type>\w+)",
        "=VALUE",
        "type",
    ),
    rule(
        "INVALID_FORMAT",
        "date/time field value out of range|invalid date|invalid timestamp",
        r"date/time field value out of range|invalid (?:date|timestamp) field format|invalid (?:date|timestamp)",
        "=datetime",
    ),
    rule(
        "NUMERIC_OVERFLOW",
        "out of range|overflow",
        r"(?P<lower>integer|bigint|smallint|numeric field|decimal|int32|int64)\S{0,10} (?:out of range|overflow)|"
        r"out of range value (?:adjusted )?for column",
        "lower",
    ),
    rule(
        "NUMERIC_OVERFLOW",
        "out of range for the destination type|overflow in",
        r"out of range for the destination type (?P<lower>\w+)|overflow in (?P<lower_b>\w+)",
        "lower",
    ),
    rule(
        "TYPE_MISMATCH",
        "cannot compare values of type|operator does not exist|incompatible types|cannot mix values of type",
        r"(?:cannot (?:compare|mix) values of type (?P<old>\w+)(?:\([^)]*\))? and (?:values of )?(?:type )?(?P<new>\w+))",
        "pair",
    ),
    rule(
        "TYPE_MISMATCH",
        "operator does not exist",
        rf"operator does not exist: {TYPE.format(group='old')} [^\w\s]{{1,4}} {TYPE.format(group='new')}",
        "pair",
    ),
    rule(
        "ERROR",
        "must appear in the group by|must be part of an aggregate|not in aggregate",
        rf"column {name('field')}.{{0,3}} must appear in the group by",
        "=group_by",
        "field",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "column count doesn't match|more expressions than target columns|more target columns|"
        "values were supplied|columns but",
        r"column count doesn't match|(?:more|fewer) (?:expressions|target)|values were supplied|"
        r"has \d+ columns but \d+",
        "=column_count",
    ),
    rule(
        "SYNTAX_ERROR",
        "but got ",
        r"syntax error: expected .{1,80}? but got (?:reserved )?(?:keyword |identifier )?[\"'`]?(?P<token>[^\s\"'`]{1,40})",
        "token",
    ),
    rule(
        "SYNTAX_ERROR",
        "syntax error",
        r"syntax error(?: line \d+ at position \d+)? ?(?:at or near|near(?! line \d)|:? ?unexpected(?: keyword| identifier| string literal)?) [\"'`]?(?P<token>[^\s\"'`]{1,40})",
        "token",
    ),
    rule(
        "SYNTAX_ERROR",
        "syntax error|parser error|error in your sql syntax|mismatched input|extraneous input",
        r"near \"(?P<token_a>[^\s\"]{1,40})\": syntax error|mismatched input ['\"`](?P<token_b>[^\s'\"`]{1,40})|error in your sql syntax",
        "token",
    ),
)
