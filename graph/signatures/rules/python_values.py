"""Python: values, formats, arguments, files."""

from ..rule import quoted, rule

RULES = (
    # the operating system's own word, whoever passes it on
    rule("ACCESS_DENIED", "[errno 13]", r"\[Errno 13\]", "=file"),
    rule(
        "ACCESS_DENIED",
        "permission denied|eacces|accessdeniedexception",
        r"\bEACCES\b|\(Permission denied\)|nio\.file\.AccessDeniedException: (?:/|[A-Z]:\\)|\bcannot \w+ [^\n]{1,200}: permission denied|"
        r"(?:^|[:\s])(?:open|mkdir|stat|lstat|unlink|rename|remove|chmod|chown) [^\n:]{1,200}: permission denied|\bbash: [^\n]{1,200}: permission denied",
        "=file",
    ),
    rule("DISK_FULL", "[errno 28]|[errno 122]", r"\[Errno (?:28|122)\]"),
    rule("NO_RESOURCES", "[errno 24]|[errno 23]", r"\[Errno 2[34]\]", "=file_handles"),
    rule("ACCESS_DENIED", "[errno 30]", r"\[Errno 30\]", "=read_only_filesystem"),
    rule(
        "SCHEMA_MISMATCH",
        "_execute_on_connection",
        r"'str' object has no attribute '_execute_on_connection'",
        "=sqlalchemy",
        "=textual",
    ),
    rule("NUMERIC_OVERFLOW", "not in range", r"value -?[\d.]+ not in range", "=cast"),
    rule("PATH_NOT_FOUND", "no files found that match", r"no files found that match", "=pattern"),
    rule(
        "INVALID_FORMAT",
        "doesn't match format|does not match format|unconverted data remains|unknown datetime string format|unknown string format|isoparse",
        r"match format|unconverted data|unknown (?:datetime )?string format|Invalid isoformat",
        "=datetime",
    ),
    rule(
        "INVALID_FORMAT",
        "out of bounds nanosecond|outofboundsdatetime|out of bounds timestamp",
        r"out of bounds (?:nanosecond|timestamp)|OutOfBoundsDatetime: ",
        "=datetime_out_of_bounds",
    ),
    rule(
        "SERIALIZATION_ERROR",
        "is not json serializable",
        r"(?:object )?of type ['\"`]?(?P<word>\w+)['\"`]? is not json serializable",
        "=json",
        "word",
    ),
    rule(
        "SERIALIZATION_ERROR", "pickle", r"(?:cannot|can't) pickle ['\"`]?(?P<word>[\w.]+)", "=pickle", "word"
    ),
    rule(
        "MALFORMED_DATA",
        "jsondecodeerror|expecting value: line|extra data: line|unterminated string|expecting property name|expecting ',' delimiter",
        r"(?:JSONDecodeError: )?(?P<lower>expecting value|extra data|unterminated string|expecting property name|expecting ',' delimiter|invalid control character)",
        "=json",
        "lower",
    ),
    rule(
        "MALFORMED_DATA",
        "codec can't decode",
        r"['\"]utf-?8['\"] codec can't decode",
        "=encoding",
        "=utf-8",
    ),
    rule(
        "MALFORMED_DATA",
        "codec can't decode",
        r"['\"](?P<lower>[\w-]+)['\"] codec can't decode",
        "=encoding",
        "lower",
    ),
    rule(
        "MALFORMED_DATA",
        "codec can't encode",
        r"['\"](?P<lower>[\w-]+)['\"] codec can't encode",
        "=encode",
        "lower",
    ),
    rule("MISSING_FIELD", "is a required property", rf"{quoted('field')} is a required property", "field"),
    rule(
        "UNKNOWN_ENUM",
        "is not one of [",
        r"is not one of \[.{0,1500}?On instance\[?['\"](?P<field>\w+)",
        "field",
    ),
    rule(
        "UNKNOWN_ENUM",
        "is not a valid",
        r"ValueError: ['\"](?P<value>[\w -]{1,40})['\"] is not a valid (?P<field>\w+)",
        "field",
        "value",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "length mismatch: expected axis",
        r"length mismatch: expected axis",
        "=column_count",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "schema at index|schemas do not match|schema .{0,30}did not match|target schema's field names|schema mismatch|unable to merge: field",
        r"unable to merge: field (?P<field>\w+) has incompatible types: (?P<old>[\w\[\], ]+?) vs (?P<new>[\w\[\]]+)|"
        r"schema at index|schemas do not match|field names are not matching|schema mismatch",
        "=arrow",
        "field",
    ),
    rule(
        "ERROR",
        "arrays must all be same length|all arrays must be of the same length",
        r"arrays must (?:all )?be (?:of the )?same length|all arrays must",
        "=ValueError",
        "=arrays_same_length",
    ),
    rule(
        "MISSING_ATTRIBUTE",
        "engine' object has no attribute",
        r"'(?:Option)?Engine' object has no attribute 'execute'",
        "=Engine",
        "=execute",
    ),
    rule(
        "MISSING_ATTRIBUTE",
        "has no attribute",
        r"(?:module )?['\"](?P<cls>[\w.]+)['\"] (?:object )?has no attribute ['\"](?P<word>\w+)",
        "cls",
        "word",
    ),
    rule(
        "ERROR",
        "unexpected keyword argument",
        rf"\(\) got an unexpected keyword argument {quoted('word')}",
        "=unexpected_keyword",
        "word",
    ),
    rule(
        "ERROR",
        "missing",
        r"(?P<cls>[\w.]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: ['\"](?P<word>\w+)",
        "=missing_argument",
        "cls",
        "word",
    ),
    rule(
        "TYPE_MISMATCH",
        "unsupported operand type",
        r"unsupported operand type\(s\) for (?P<op>\S{1,4}): ['\"](?P<old>[\w.]+)['\"] and ['\"](?P<new>[\w.]+)",
        "pair",
    ),
    rule(
        "TYPE_MISMATCH",
        "not supported between instances",
        r"between instances of ['\"](?P<old>[\w.]+)['\"] and ['\"](?P<new>[\w.]+)",
        "pair",
    ),
    rule(
        "TYPE_MISMATCH",
        "can only concatenate|must be str, not",
        r"can only concatenate (?P<old>\w+) \(not ['\"](?P<new>\w+)",
        "pair",
    ),
    rule(
        "TYPE_MISMATCH",
        "object is not",
        r"['\"](?P<type>[\w.]+)['\"] object is not (?P<word>subscriptable|iterable|callable)",
        "word",
        "type",
    ),
    rule(
        "INDEX_ERROR",
        "indexerror|out of bounds",
        r"IndexError: (?P<lower>list|tuple|string|single positional|index|pop)|out of bounds",
        "lower",
        "frame",
    ),
    rule(
        "RECURSION_LIMIT",
        "recursionerror|maximum recursion depth|stackoverflowerror",
        r"maximum recursion|RecursionError|StackOverflowError",
        "frame",
    ),
)
