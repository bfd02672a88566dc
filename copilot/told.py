"""Signals as the faces show them: contract §3, with when and what in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from .readmodel import Document


def shown(signal: Mapping[str, Any]) -> Document:
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
        if each["state"] in ("WARNING", "CRITICAL") and each["signal_type"] != "DRIFT_DETECTED"
    ]


def summary(signal: Mapping[str, Any]) -> str:
    """What a signal says, in a line without a full stop."""
    details, metrics = _part(signal, "details"), _part(signal, "metrics")
    parts = [_rate(metrics), _reason(details, metrics), _failure(signal, details)]
    return "; ".join(part for part in parts if part)


def _part(signal: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = signal.get(name)
    return value if isinstance(value, dict) else {}


def _rate(metrics: Mapping[str, Any]) -> str:
    rate, objective = metrics.get("compliance_rate"), metrics.get("slo_threshold")
    failed = metrics.get("fail_count", metrics.get("records_failed"))
    total = metrics.get("evidence_count", metrics.get("records_processed"))
    if not isinstance(rate, int | float):
        return ""
    told = f"{rate:.1%} compliant"
    if isinstance(objective, int | float):
        told += (
            f" against an objective of {objective:.4g}"
            if objective > 1
            else f" against an objective of {objective:.1%}"
        )
    if isinstance(failed, int) and isinstance(total, int) and failed:
        told += f", {failed:,} of {total:,} failed"
    return told


def _reason(details: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    expected, mark = details.get("expected_by"), details.get("current_watermark")
    told = str(details.get("reason", ""))
    if expected:
        told = f"{told}, expected by {expected}" if told else f"expected by {expected}"
    if mark:
        told += f", the watermark stands at {mark}"
    checks = details.get("failed_checks") or details.get("missing_gates")
    if isinstance(checks, list | tuple) and checks and "compliance_rate" not in metrics:
        verb = "failed" if details.get("failed_checks") else "missing"
        told += f"{'; ' if told else ''}{verb}: {', '.join(str(each) for each in checks[:5])}"
    return told


def _failure(signal: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    if details.get("signature"):
        kind = str(details.get("drift_type", "drift")).replace("_", " ").lower()
        return f"{kind}: {details['signature']}"
    failures = signal.get("top_failures")
    first = failures[0] if isinstance(failures, list) and failures else None
    return f"mostly {first['signature']}" if isinstance(first, dict) and first.get("signature") else ""
