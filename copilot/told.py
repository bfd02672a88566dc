"""Signals as the faces show them: contract §3, with when and what in words."""

from collections.abc import Iterable, Sequence
from typing import cast

from .asking.fields import child, children, exact, number
from .readmodel import Document

_OBSERVATIONS = ("DRIFT_DETECTED", "ANOMALY", "COST_ANOMALY")


def shown(signal: Document) -> Document:
    """The signal with ``created_at`` and a one-line ``summary`` added."""
    return {**signal, "created_at": signal["timestamp"], "summary": summary(signal)}


def now_bad(newest_first: Iterable[Document]) -> list[Document]:
    """The latest signal of each type, where that one is bad; single observations are left out."""
    latest: dict[str, Document] = {}
    for each in newest_first:
        latest.setdefault(str(each["signal_type"]), each)
    return [
        each
        for each in latest.values()
        if each["state"] in ("WARNING", "CRITICAL") and each["signal_type"] not in _OBSERVATIONS
    ]


def summary(signal: Document) -> str:
    """What a signal says, in a line without a full stop."""
    details, metrics = child(signal, "details"), child(signal, "metrics")
    parts = [_rate(metrics), _reason(details, metrics), _failure(signal, details)]
    return "; ".join(part for part in parts if part)


def _rate(metrics: Document) -> str:
    rate, objective = number(metrics, "compliance_rate"), number(metrics, "slo_threshold")
    failed = number(metrics, "fail_count", "records_failed")
    total = number(metrics, "evidence_count", "records_processed")
    if rate is None:
        return ""
    told = f"{rate:.1%} compliant"
    if objective is not None:
        told += f" against an objective of {objective:.1%}"
    return f"{told}, {failed:,.0f} of {total:,.0f} failed" if failed and total else told


def _reason(details: Document, metrics: Document) -> str:
    expected, mark = exact(details, "expected_by"), exact(details, "current_watermark")
    failed, missing = _names(details, "failed_checks"), _names(details, "missing_gates")
    parts = [
        exact(details, "reason"),
        _measure(metrics),
        f"expected by {expected}" if expected else "",
        f"the watermark stands at {mark}" if mark else "",
        f"failed: {failed}" if failed and "compliance_rate" not in metrics else "",
        f"missing: {missing}" if missing else "",
    ]
    return ", ".join(part for part in parts if part)


def _measure(metrics: Document) -> str:
    """What was measured, and what it usually is."""
    name, value = exact(metrics, "measure"), number(metrics, "value")
    usual = number(metrics, "baseline_p95", "baseline_median")
    return (
        f"{name} {value:,.4g}, usually {usual:,.4g}"
        if name and value is not None and usual is not None
        else ""
    )


def _names(details: Document, name: str) -> str:
    value = details.get(name)
    if not isinstance(value, list | tuple):
        return ""
    return ", ".join(str(each) for each in cast(Sequence[object], value)[:5])


def _failure(signal: Document, details: Document) -> str:
    signature = exact(details, "signature")
    if signature:
        return f"{exact(details, 'drift_type').replace('_', ' ').lower() or 'drift'}: {signature}"
    worst = [exact(each, "signature") for each in children(signal, "top_failures")]
    return f"mostly {worst[0]}" if worst and worst[0] else ""
