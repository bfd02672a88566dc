"""A failed dbt test in dbt's own log: the test's generated name is all there is."""

from .assertions import signature_of_assertion
from .lazy import Lazy
from .parts import join, part

_FAILED = Lazy(
    r"(?:Failure in test |\bFAIL (?:\d+ )?)(?P<name>[A-Za-z]\w{2,200})(?=[ (.\n]|$)[\s\S]{0,200}?"
    r"(?:configured to fail|\.{3,} ?\[|$)"
)
_HASH = Lazy(r"_[0-9a-f]{32}$|_\.[0-9a-f]{8,12}$")
_GENERIC = Lazy(r"(?:\w+?_)?(?:not_null|unique|accepted_values|relationships|accepted_range)_")


def dbt_test_failure(text: str) -> str | None:
    """``NULL_VALUE:stg_orders_customer_id`` for a failed ``not_null_stg_orders_customer_id``."""
    if "Failure in test" not in text and "FAIL " not in text:
        return None
    match = _FAILED.search(text)
    return _signature(_HASH.sub("", match["name"])) if match else None


def _signature(name: str) -> str:
    kind = signature_of_assertion(name, "x").split(":", 1)[0]
    generic = _GENERIC.match(name)
    if kind == "TEST_FAILED" or generic is None:
        return join("TEST_FAILED", [part(name)])
    return join(kind, [part(name[generic.end() :].split("__", maxsplit=1)[0].strip("_"))])
