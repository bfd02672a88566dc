"""Python: pandas, numpy, pyarrow and polars, their columns and casts."""

from ..rule import name, quoted, rule

RULES = (
    rule(
        "MISSING_FIELD",
        "columnnotfounderror: ",
        r"ColumnNotFoundError: [\"']?(?P<field>[A-Za-z_]\w{0,99})[\"']?\s*(?:$|\n)",
        "field",
    ),
    # pandas and its kin
    rule(
        "MISSING_FIELD",
        "not in index|are in the [columns]|are in the [index]|not found in axis",
        r"(?:\[(?:Index\(\[)?['\"](?P<field_a>[^'\"\]\n]{1,80})['\"].{0,400}?(?:not in index|not found in axis|in the \[(?:columns|index)\])|"
        r"\"?\[['\"](?P<field_b>[^'\"\]\n]{1,80})['\"])",
        "field",
    ),
    rule(
        "MISSING_FIELD",
        "usecols do not match|missing column provided to 'parse_dates'",
        r"(?:columns expected but not found: \[|parse_dates'?: )['\"](?P<field>[^'\"\n]{1,80})",
        "field",
    ),
    rule("INDEX_ERROR", "keyerror: (|multiindex", r"KeyError: \(", "=multiindex"),
    rule(
        "CONFIG_ERROR",
        "keyerror",
        r"KeyError: ['\"](?P<word>(?-i:[A-Z][A-Z0-9]*_[A-Z0-9_]+))['\"]\s*(?:$|\n)",
        "=env_var",
        "word",
    ),
    rule("MISSING_FIELD", "keyerror", rf"KeyError: {quoted('field')}\s*(?:$|\n)", "field"),
    rule("MISSING_FIELD", "keyerror", r"KeyError: (?P<field>[A-Za-z_]\w{0,60})\s*$", "field"),
    rule("INDEX_ERROR", "keyerror", r"KeyError: (?:-?\d|Timestamp|datetime|nan)", "=key"),
    rule(
        "MISSING_FIELD",
        "object has no attribute",
        rf"'(?:DataFrame|Series|Row|GenericRow)' object has no attribute {quoted('field')}",
        "field",
    ),
    rule(
        "MISSING_FIELD",
        'columnnotfounderror|no match for fieldref.name|field "',
        rf"(?:No match for FieldRef\.Name\(|Field \"){name('field')}\"?(?:\)| does not exist in (?:schema|table))",
        "field",
    ),
    rule(
        "MISSING_FIELD",
        "does not exist in",
        rf"field {quoted('field')} does not exist in (?:table )?schema",
        "field",
    ),
    rule(
        "TYPE_MISMATCH",
        "you are trying to merge on",
        r"trying to merge on (?P<old>[\w\[\], ]{1,40}?) and (?P<new>[\w\[\], ]{1,40}?) columns",
        "=merge",
        "pair",
    ),
    rule(
        "DUPLICATE",
        "merge keys are not unique",
        r"merge keys are not unique in (?P<lower>\w+)",
        "=merge_keys",
        "lower",
    ),
    rule(
        "DUPLICATE",
        "cannot reindex on an axis with duplicate|duplicate axis|duplicate labels|index contains duplicate entries",
        r"cannot reindex on an axis|duplicate axis|duplicate labels|duplicate entries",
        "=index",
    ),
    rule(
        "MALFORMED_DATA",
        "tokenizing data|c error: ",
        r"C error: (?P<lower>expected|EOF|buffer|calling|out)",
        "=csv",
        "lower",
    ),
    rule(
        "EMPTY_INPUT",
        "no columns to parse from file|emptydataerror|file is empty|empty file",
        r"no columns to parse|EmptyData|(?:file is|is an) empty|empty file",
        "=file",
    ),
    rule("EMPTY_INPUT", "no objects to concatenate", r"no objects to concatenate", "=concat"),
    rule(
        "INVALID_CAST",
        "invalid literal for int|could not convert string to|could not convert string '",
        r"invalid literal for (?P<type_a>int)\(\)|could not convert string to (?P<type_b>\w+)|could not convert string .{0,200} to (?P<type_c>numeric|float|int)",
        "=VALUE",
        "type",
    ),
    rule(
        "INVALID_CAST",
        "cannot convert non-finite|cannot convert float nan|cannot convert na|cannot convert non-numeric|na to integer|has na values",
        r"integer column has NA values|cannot (?:convert|safely).{0,30}(?:non-finite|nan|\bNA\b)",
        "=NULL",
        "=INT",
    ),
    rule("INVALID_CAST", "unable to parse string", r"unable to parse string", "=VALUE", "=NUMERIC"),
    rule("INVALID_CAST", "tried to convert to", r"tried to convert to (?P<type>\w+)", "=VALUE", "type"),
    rule(
        "INVALID_CAST",
        "cannot safely cast|cannot cast",
        r"cannot (?:safely )?cast (?:non-equivalent )?(?:from )?(?P<old>[\w\[\]]+) (?:to|into) (?P<new>[\w\[\]]+)",
        "pair",
    ),
)
