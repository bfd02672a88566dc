"""Python: the language, validation and modules."""

from ..rule import name, quoted, rule

RULES = (
    rule("TYPE_MISMATCH", "naive and ", r"(?:tz|offset)-naive and (?:tz|offset)-aware", "=timezone"),
    rule(
        "MISSING_FIELD",
        "validation error",
        r"validation errors? for (?P<cls>\w+)\n(?P<field>[\w.]+)\n\s*(?:field required|missing)",
        "field",
    ),
    rule(
        "UNKNOWN_ENUM",
        "validation error",
        r"validation errors? for \w+\n(?P<field>[\w.]+)\n\s*(?:input should be '|value is not a valid enumeration)",
        "field",
    ),
    rule(
        "TYPE_MISMATCH",
        "validation error",
        r"validation errors? for \w+\n(?P<field>[\w.]+)\n\s*input should be (?:a )?(?:valid )?(?P<word>\w+)",
        "field",
        "word",
    ),
    rule(
        "TYPE_MISMATCH",
        "is not of type",
        r"is not of type '(?P<type>\w+)'[\s\S]{0,1500}?On instance(?:\[\d+\])*\['(?P<field>\w+)'\]",
        "field",
        "type",
    ),
    rule(
        "INVALID_CAST",
        "failed in column",
        r"conversion from [`'\"](?P<old>\w+)[`'\"]? to [`'\"](?P<new>\w+)[`'\"] failed in column [`'\"](?P<field>[^`'\"\n]+)",
        "pair",
        "field",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "is incompatible with expected type",
        r"type (?P<new>\w+) is incompatible with expected type (?P<old>\w+)",
        "pair",
    ),
    rule(
        "NULL_REF",
        "'nonetype' object has no attribute",
        rf"'NoneType' object has no attribute {quoted('word')}",
        "frame",
        "word",
    ),
    rule(
        "NULL_REF",
        "nonetype",
        r"'NoneType' object (?:is not|does not) (?P<lower>\w+)|(?P<lower_operand>operand) type\(s\) for \S{1,3}:.{0,60}'NoneType'|"
        r"argument .{0,60}NoneType",
        "frame",
        "lower",
    ),
    rule("MISSING_MODULE", "error loading", r"error loading (?P<word>\w{1,60}) module(?! named)", "word"),
    rule("MISSING_MODULE", "no module named", rf"no module named {name('word')}", "word"),
    rule(
        "MISSING_MODULE",
        "cannot import name",
        rf"cannot import name {quoted('word_a')} from (?:partially initialized module )?{quoted('word_b')}",
        "word_b",
        "word_a",
    ),
    rule(
        "MISSING_MODULE",
        "unable to find a usable engine",
        r"unable to find a usable engine; tried using: '(?:pyarrow|fastparquet)",
        "=parquet_engine",
    ),
    rule(
        "MISSING_MODULE",
        "missing optional dependency|pandas requires|package .* is required|not installed",
        rf"missing optional dependency {quoted('word')}",
        "word",
    ),
    rule(
        "MISSING_MODULE",
        "cannot open shared object file",
        r"(?P<word>lib[\w+-]+)\.so[.\d]*: cannot open shared object",
        "word",
    ),
    rule("UNDEFINED_NAME", "is not defined", rf"name {quoted('field')} is not defined", "field"),
    rule(
        "UNDEFINED_NAME",
        "unboundlocalerror|before assignment|not associated with a value",
        rf"variable {quoted('field')} (?:referenced before|where it is not)",
        "=unbound",
        "field",
    ),
    rule(
        "SYNTAX_ERROR",
        "syntaxerror|indentationerror|taberror",
        r"(?<![.:])(?:Syntax|Indentation|Tab)Error: (?P<lower>[a-z][\w '()]{2,50})",
        "=python",
        "lower",
    ),
    rule(
        "OOM",
        "out of memory error:|allocate block|pin block",
        r"\bOut of Memory Error:\s|(?:could not|failed to) (?:allocate|pin) block",
        "=duckdb",
    ),
    rule(
        "OOM",
        "memoryerror|unable to allocate|arraymemoryerror|cannot allocate memory|failed to allocate|out of memory error",
        r"(?<!OutOf)MemoryError|unable to allocate|cannot allocate memory|failed to allocate|out of memory error",
        "=process",
    ),
)
