"""Signatures of data tests: dbt, Great Expectations, Soda and the OpenLineage assertion facets."""

from collections.abc import Mapping
from typing import Any

from .lazy import Lazy
from .parts import identifier, join, part

_NOT_WORD = Lazy(r"[^a-z0-9]+")
_CAMEL = Lazy(r"(?<=[a-z0-9])(?=[A-Z])")

# Looked up in order as substrings of the normalised name; the first hit decides.
_ASSERTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("STALE_SOURCE", ("fresh", "recency", "stale")),
    ("ROW_COUNT", ("row_count", "rowcount", "table_shape", "num_rows", "equal_rowcount", "volume")),
    ("REFERENTIAL", ("relationship", "foreign_key", "referen", "orphan", "must_exist_in")),
    (
        "UNKNOWN_ENUM",
        (
            "accepted_value",
            "values_to_be_in_set",
            "in_set",
            "in_type_list_set",
            "valid_values",
            "enum",
            "isin",
        ),
    ),
    (
        "MISSING_FIELD",
        ("column_to_exist", "columns_to_match", "required_column", "missing_column", "schema_check"),
    ),
    ("SCHEMA_MISMATCH", ("of_type", "in_type_list", "data_type", "schema", "columns_match")),
    (
        "NULL_VALUE",
        ("not_null", "notnull", "null", "missing_count", "missing_percent", "not_empty", "complete"),
    ),
    ("DUPLICATE", ("unique", "duplicate", "distinct_count_equal", "primary_key")),
    (
        "INVALID_FORMAT",
        (
            "regex",
            "format",
            "match_like",
            "pattern",
            "invalid_count",
            "invalid_percent",
            "valid_email",
            "parseable",
        ),
    ),
    (
        "OUT_OF_RANGE",
        (
            "between",
            "range",
            "min",
            "max",
            "mean",
            "avg",
            "average",
            "sum",
            "stdev",
            "median",
            "quantile",
            "positive",
            "negative",
            "greater",
            "less_than",
            "not_constant",
            "at_least",
            "expression_is_true",
        ),
    ),
)
_TABLE_LEVEL = frozenset({"ROW_COUNT", "STALE_SOURCE"})


def signature_of_assertion(
    assertion: str, column: str | None = None, params: Mapping[str, Any] | None = None
) -> str:
    """The signature of a failed data test.

    Args:
        assertion: the test's name or type (``not_null``, ``expect_column_values_to_be_in_set``, …).
        column: the column under test; without one, ``params`` may name it, else the name's tail may.
        params: the test's arguments; only column names are read from it.
    """
    name = _CAMEL.sub("_", assertion.strip()).lower()
    name = _NOT_WORD.sub("_", name).strip("_")
    kind = next((k for k, needles in _ASSERTIONS if any(n in name for n in needles)), None)
    field = _column(column, params)
    if kind is None:
        return join("TEST_FAILED", [part(assertion) or "unnamed", field])
    return join(kind, [] if kind in _TABLE_LEVEL else [field or _without_column(assertion)])


def _column(column: str | None, params: Mapping[str, Any] | None) -> str:
    candidates = [column] + [(params or {}).get(k) for k in ("column", "column_name", "field", "column_A")]
    return next((identifier(c) for c in candidates if isinstance(c, str) and c.strip()), "")


def _without_column(assertion: str) -> str:
    """A generated dbt name (``not_null_orders_customer_id``) still tells one test from another."""
    return part(assertion)
