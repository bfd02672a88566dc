"""Measures of the data itself that are off what is usual: column metrics, pass rates.

An observation of one run, which breaks no promise: who wants one registers an objective.
Source: the ANOMALY of spec/prd.md §6, median and MAD beside mean and standard deviation.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from math import sqrt
from statistics import fmean, median

from graph.facts import Measured, Summarised

from .policy import MIN_SAMPLE
from .series import Judge, learn, point_of, robust_spread
from .signal import Signal
from .state import DatasetState

_PASSED, ROWS = "passed_rate", "rows"
_RATES = ("null_rate", "distinct_rate", _PASSED)
_LEAST = {_PASSED: 0.01}
_LEAST_RATE, _LEAST_SHARE = 0.05, 0.40
_WIDTH, _PLAIN_WIDTH = 3.0, 2.0
_MOST = 5

_Finding = dict[str, object]


def of_measures(state: DatasetState, fact: Measured, now: datetime) -> Iterator[Signal]:
    """The signals of a run whose metrics are off: one by failure, so that each can be traced.

    The rows that a reader found are judged where the table's own commits tell none.
    """
    is_counted = any(each.rows is not None for each in state.commits)
    told = [
        (name, value)
        for name, value in fact.metrics
        if (not is_counted if name == ROWS else fact.rows >= MIN_SAMPLE)
    ]
    return _judged(state, (fact.run_id or fact.ref, fact.job), fact.at, fact.rows, told, now)


def of_summary(state: DatasetState, fact: Summarised, now: datetime) -> Iterator[Signal]:
    """The signal of a run of which far fewer records passed than usual, within its objective or not."""
    if fact.processed < MIN_SAMPLE:
        return iter(())
    told = ((_PASSED, fact.passed / fact.processed),)
    return _judged(state, (fact.run_id, fact.job), fact.at, fact.processed, told, now)


def _judged(
    state: DatasetState,
    about: tuple[str, str],
    at: datetime,
    rows: int,
    metrics: Sequence[tuple[str, float]],
    now: datetime,
) -> Iterator[Signal]:
    run_id, job = about
    found = [
        (_failure(name, value, values), _finding(name, value, values))
        for name, value in metrics
        if (values := learn(state, f"{job}\x1f{name}", point_of(at, run_id, value), _judge(name, rows)))
    ]
    for signature, findings in _by_failure(found):
        yield Signal(
            "ANOMALY", state.urn, "WARNING", now, at, at, "BATCH_RUN", first_bad=at, run_ids=(run_id,),
            signatures=(signature,) if signature else (),
            metrics={**findings[0], "rows": rows}, evidence=(run_id,),
            details={"reason": "METRIC_OFF_BASELINE", "job": job, "measures": findings[:10]},
            batch={"run_id": run_id, "job": job},
        )  # fmt: skip


def _by_failure(found: Iterable[tuple[str, _Finding]]) -> list[tuple[str, list[_Finding]]]:
    grouped: dict[str, list[_Finding]] = defaultdict(list)
    for signature, finding in found:
        grouped[signature].append(finding)
    return list(grouped.items())[:_MOST]


def _failure(name: str, value: float, values: list[float]) -> str:
    """The failure that a measure shows, "" where it shows none by name."""
    kind, _, column = name.partition(":")
    is_more = value > median(values)
    if kind == ROWS:
        return "VOLUME_HIGH" if is_more else "VOLUME_LOW"
    if kind == "null_rate" and is_more:
        return f"NULL_VALUE:{column}"
    return f"DUPLICATE:{column}" if kind == "distinct_rate" and not is_more else ""


def _judge(name: str, rows: int) -> Judge:
    kind = name.partition(":")[0]

    def is_odd(values: list[float], value: float) -> bool:
        if kind == _PASSED and value >= median(values):
            return False
        if kind in ("mean", ROWS) and _goes_on([*values, value]):
            return False
        return _is_off(kind, values, value, rows)

    return is_odd


def _is_off(kind: str, values: list[float], value: float, rows: int) -> bool:
    middle, mean = median(values), fmean(values)
    spread = sqrt(fmean((each - mean) ** 2 for each in values))
    margin = max(_WIDTH * robust_spread(values, middle), _PLAIN_WIDTH * spread, _least(kind, middle, rows))
    return abs(value - middle) > margin


def _least(kind: str, middle: float, rows: int) -> float:
    """What a measure may always differ by: a share of itself, or for rates what chance alone does."""
    if kind not in _RATES:
        return _LEAST_SHARE * abs(middle)
    chance = min(max(middle, 1 / rows), 1 - 1 / rows)
    return max(_LEAST.get(kind, _LEAST_RATE), _WIDTH * sqrt(chance * (1 - chance) / rows))


def _goes_on(values: list[float]) -> bool:
    """Whether a measure grows, or falls, in every run and no faster than before, as means of ids do."""
    steps = [later - sooner for sooner, later in pairwise(values)]
    same_way = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    return same_way and abs(steps[-1]) <= _WIDTH * max(abs(step) for step in steps[:-1])


def _finding(name: str, value: float, values: list[float]) -> _Finding:
    return {
        "measure": name, "value": round(value, 6), "baseline_median": round(median(values), 6),
        "baseline_mean": round(fmean(values), 6), "baseline_runs": len(values),
    }  # fmt: skip
