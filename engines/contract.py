"""Contract compliance of streams: tumbling five-minute windows against the objective.

Source: spec/event_schemas_and_scenarios.md, scenario 1, step 3.
"""

from datetime import UTC, datetime
from math import comb

from graph.facts import Validated

from .policy import MIN_SAMPLE, WINDOW
from .signal import Signal
from .state import MAX_FAILURES, DatasetState, Failure, Window

TRACK = "contract"
_LOOKBACK, _LEAST_FAILED = 12, 3
_MANY_FAILED, _CHANCE = 6, 0.1


def window_start(at: datetime) -> datetime:
    """The start of the window that ``at`` lies in."""
    return datetime.fromtimestamp(at.timestamp() // 300 * 300, UTC)


def observe(state: DatasetState, fact: Validated) -> Window:
    """Count one record into its window."""
    start = window_start(fact.at)
    key = start.isoformat()
    window = state.windows.get(key)
    if window is None:
        last = next(reversed(state.windows), "")
        window = state.windows[key] = Window(start)
        if key < last:
            state.windows = dict(sorted(state.windows.items()))
    if fact.result == "FAIL":
        _failed(window, fact)
    else:
        window.passed += fact.result == "PASS"
        window.warned += fact.result == "WARN"
        window.last_pass = max(fact.at, window.last_pass or fact.at)
        if window.first_fail is None or fact.at < window.first_fail:
            window.good_before = max(fact.at, window.good_before or fact.at)
    return window


def _failed(window: Window, fact: Validated) -> None:
    window.failed += 1
    if window.first_fail is None or fact.at < window.first_fail:
        window.first_fail, window.trace_id = fact.at, fact.trace_id
    for signature in fact.signatures or ("UNKNOWN:no_reason",):
        if len(window.failures) >= MAX_FAILURES and signature not in window.failures:
            continue
        failure = window.failures.setdefault(signature, Failure())
        failure.count += 1
        if failure.first_at is None or (fact.at, fact.ref) < (failure.first_at, failure.first_ref):
            failure.first_at, failure.first_ref = fact.at, fact.ref
            failure.producer, failure.version = fact.producer, fact.version
    if len(window.refs) < 10 and fact.ref.startswith("evd-"):
        window.refs.append(fact.ref)


def evaluate(state: DatasetState, start: datetime, now: datetime) -> Signal | None:
    """The signal of the window that begins at ``start``, or None where there is nothing to say.

    That a window was good mends nothing while one after it is bad.
    """
    windows = _sample(state, start)
    total, failed = sum(each.total for each in windows), sum(each.failed for each in windows)
    objective, health = _health(state, total, failed)
    if not health or (health == "OK" and (TRACK not in state.open or _is_bad_after(state, start, now))):
        return None
    rate, policy = (total - failed) / total, state.policy
    signature, first_bad = _onset(state, windows[0].start, windows)
    return Signal(
        "CONTRACT_BREACH", state.urn, health, max(now, start + WINDOW), start, start + WINDOW,
        "TUMBLING_5MIN", track=TRACK, promise=policy.registered, first_bad=first_bad,
        last_good=_last_good(state, first_bad) if first_bad else None,
        signatures=tuple(_ranked(windows)) if health != "OK" else (),
        metrics={
            "evidence_count": total, "pass_count": total - failed, "fail_count": failed,
            "compliance_rate": round(rate, 4), "slo_threshold": objective,
            **({"late_records": state.late.records} if state.late.records else {}),
        },
        top_failures=tuple(top_failures(windows)), evidence=tuple(sorted(_refs(windows, signature))),
        trace_id=next((each.trace_id for each in windows if each.trace_id), ""),
    )  # fmt: skip


def _health(state: DatasetState, total: int, failed: int) -> tuple[float, str]:
    """(objective, health); too few records have none, nor have a few that chance lets fail."""
    policy = state.policy
    assumed = policy.defaults
    objective = assumed.contract_rate if policy.contract_rate is None else policy.contract_rate
    warning = assumed.contract_warning if policy.contract_warning is None else policy.contract_warning
    warning = min(objective, warning)
    if total < MIN_SAMPLE:
        return objective, ""
    rate = (total - failed) / total
    if rate < objective < 1 and _may_be_chance(total, failed, objective):
        return objective, ""
    return objective, "OK" if rate >= objective else "WARNING" if rate >= warning else "CRITICAL"


def _may_be_chance(total: int, failed: int, objective: float) -> bool:
    """Whether a stream that just keeps its objective shows so few failures one time in ten, or more often."""
    if failed >= _MANY_FAILED:
        return False
    allowed = 1 - objective
    fewer = sum(comb(total, k) * allowed**k * objective ** (total - k) for k in range(failed))
    return failed < _LEAST_FAILED or 1 - fewer >= _CHANCE


def last_closed(state: DatasetState, now: datetime) -> datetime | None:
    """The start of the last window with records that is over."""
    return max((each.start for each in state.windows.values() if closes_at(each.start) <= now), default=None)


def _is_bad_after(state: DatasetState, start: datetime, now: datetime) -> bool:
    closed = [each.start for each in state.windows.values() if closes_at(each.start) <= now]
    for each in (one for one in closed if one > start):
        windows = _sample(state, each)
        total, failed = sum(one.total for one in windows), sum(one.failed for one in windows)
        if _health(state, total, failed)[1] not in ("", "OK"):
            return True
    return False


def _sample(state: DatasetState, start: datetime) -> list[Window]:
    """The window, reaching back up to an hour while it holds too few records to tell its health."""
    found: list[Window] = []
    for step in range(_LOOKBACK):
        window = state.windows.get((start - step * WINDOW).isoformat())
        if window is not None:
            found.insert(0, window)
        total, failed = sum(each.total for each in found), sum(each.failed for each in found)
        if _health(state, total, failed)[1]:
            break
    return found or [Window(start)]


def _ranked(windows: list[Window]) -> list[str]:
    counts: dict[str, int] = {}
    for window in windows:
        for signature, failure in window.failures.items():
            counts[signature] = counts.get(signature, 0) + failure.count
    return sorted(counts, key=lambda name: (-counts[name], name))


def top_failures(windows: list[Window]) -> list[dict[str, object]]:
    """The five signatures that most records failed with, and who sent the first of them."""
    from signal_factory.times import format_time

    rows: list[dict[str, object]] = []
    for signature in _ranked(windows)[:5]:
        failures = [each.failures[signature] for each in windows if signature in each.failures]
        first = min(failures, key=lambda each: each.first_at or datetime.max.replace(tzinfo=UTC))
        row: dict[str, object] = {"signature": signature, "count": sum(each.count for each in failures)}
        if first.first_at:
            row["first_seen"] = format_time(first.first_at)
        if first.producer:
            row["producer"] = first.producer
        if first.version:
            row["producer_version"] = first.version
        rows.append(row)
    return rows


def _refs(windows: list[Window], signature: str) -> list[str]:
    firsts = [each.failures[signature].first_ref for each in windows if signature in each.failures]
    rest = [ref for window in windows for ref in window.refs]
    return list(dict.fromkeys([*firsts, *rest]))[:10]


def _onset(state: DatasetState, start: datetime, windows: list[Window]) -> tuple[str, datetime | None]:
    """The chief signature and when it began: windows before that hold it too, up to an hour, are its start.

    A signature that was there all that hour is background noise, and began here.
    """
    ranked = _ranked(windows)
    if not ranked:
        return "", None
    signature = ranked[0]
    here = [each.failures[signature].first_at for each in windows if signature in each.failures]
    first = min(each for each in here if each is not None)
    earlier: datetime | None = None
    for step in range(1, _LOOKBACK + 1):
        window = state.windows.get((start - step * WINDOW).isoformat())
        if window is None or signature not in window.failures:
            return signature, min(first, earlier or first)
        earlier = window.failures[signature].first_at
    return signature, first


def _last_good(state: DatasetState, first_bad: datetime) -> datetime | None:
    moments = [
        each.last_pass if each.last_pass and each.last_pass < first_bad else each.good_before
        for each in state.windows.values()
        if each.start <= first_bad
    ]
    return max((each for each in moments if each is not None and each < first_bad), default=None)


def closes_at(start: datetime) -> datetime:
    """When the window that begins at ``start`` is over."""
    return start + WINDOW
