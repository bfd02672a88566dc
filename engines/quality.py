"""Data quality of batch runs: the run's summary, its gates' verdicts and its tests.

Rates come from the run's own summary; sampled failing records never make a rate
(contract rule 5). Source: spec/event_schemas_and_scenarios.md, scenario 2, step 6.
"""

from datetime import datetime

from graph.facts import Summarised, Tested, Validated
from signal_factory.times import format_time

from .signal import Signal
from .state import MAX_CHECKS, MAX_FAILURES, BatchRun, DatasetState, Failure

TRACK = "quality"
CRITICAL_BELOW = 0.90
_SPENT = 0.8
"""A run that spends this share of its error budget on a failure that is new is at WARNING
(the specification's 99.16 % against 99 %; docs/decisions/0004-error-budget.md)."""


def observe_evidence(state: DatasetState, fact: Validated) -> BatchRun | None:
    """Note a verdict on a run; the run if it changes its quality, None for a sampled record."""
    run = _run(state, fact.run_id, fact.at)
    run.job, run.dag_run_id = run.job or fact.job, run.dag_run_id or fact.dag_run_id
    for gate, result in fact.gates[:MAX_CHECKS]:
        run.gates[gate] = worse(run.gates.get(gate, "SKIP"), result)
    if fact.result == "FAIL":
        for signature in fact.signatures or ("UNKNOWN:no_reason",):
            _note(run, signature, fact.at, fact.ref, 1, fact.producer)
        run.first_fail = min(fact.at, run.first_fail or fact.at)
        if len(run.refs) < 10 and fact.ref not in run.refs:
            run.refs.append(fact.ref)
    run.held = run.held or fact.held
    if fact.is_sample:
        return None
    if not fact.gates:
        run.gates["VERDICT"] = worse(run.gates.get("VERDICT", "SKIP"), fact.result)
    run.verdict_at = max(fact.at, run.verdict_at or fact.at)
    return run


def observe_summary(state: DatasetState, fact: Summarised) -> BatchRun:
    """Note how many of a run's records passed."""
    run = _run(state, fact.run_id, fact.at)
    run.job, run.dag_run_id = fact.job or run.job, fact.dag_run_id or run.dag_run_id
    if run.summary_at is None or (run.summary_at, run.processed) <= (fact.at, fact.processed):
        run.processed, run.passed, run.failed = fact.processed, fact.passed, fact.failed
        run.summary_at = fact.at
    for signature, count, _ in fact.signatures:
        if len(run.failures) >= MAX_FAILURES and signature not in run.failures:
            continue
        failure = run.failures.setdefault(signature, Failure())
        failure.count = max(failure.count, count)
        failure.first_at = failure.first_at or fact.at
        failure.first_ref = failure.first_ref or fact.ref
    return run


def observe_test(state: DatasetState, fact: Tested) -> BatchRun:
    """Note a data test; one that only warns never fails the run."""
    run = _run(state, fact.run_id or fact.ref, fact.at)
    run.job = run.job or fact.job
    name = f"{fact.name}:{fact.column}" if fact.column else fact.name
    passed = fact.passed or fact.warns_only
    if name in run.tests or len(run.tests) < MAX_CHECKS or not passed:
        run.tests[name] = run.tests.get(name, True) and passed
    run.verdict_at = max(fact.at, run.verdict_at or fact.at)
    if not passed:
        run.first_fail = min(fact.at, run.first_fail or fact.at)
        if run.failures.get(fact.signature) is None:
            _note(run, fact.signature, fact.at, fact.ref, 1, "")
    return run


def evaluate(state: DatasetState, run: BatchRun, now: datetime) -> Signal | None:
    """The signal of one run, or None where there is nothing to say."""
    objective, threshold = _objective(state)
    rate, failed = _rate(run), _failing(run)
    health = _health(run, rate, threshold, failed)
    if health == "OK" and (TRACK not in state.open or _is_older(state, run) or outstanding(state)):
        return None
    first_bad = run.first_fail or run.summary_at or run.at
    signatures = tuple(sorted(run.failures, key=lambda name: (-run.failures[name].count, name)))
    return Signal(
        "DQ_BREACH", state.urn, health, now, run.at, max(run.summary_at or run.at, run.verdict_at or run.at),
        "BATCH_RUN", track=TRACK,
        promise=state.policy.registered and objective is not None,
        first_bad=first_bad, last_good=_last_good(state, run),
        signatures=signatures if health != "OK" else (),
        run_ids=(run.run_id,), metrics=_metrics(run, rate, threshold),
        top_failures=tuple(
            {"signature": name, "count": run.failures[name].count, "is_new": run.is_new.get(name, False)}
            for name in signatures[:5]
        ),
        evidence=tuple(run.refs or [run.run_id]),
        details=_details(run, failed, health),
        batch={key: value for key, value in (
            ("run_id", run.run_id), ("job", run.job), ("dag_run_id", run.dag_run_id)) if value},
    )  # fmt: skip


def _details(run: BatchRun, failed: list[str], health: str) -> dict[str, object]:
    told: dict[str, object] = {"failed_checks": failed[:10]} if failed else {}
    return told | ({"certified_view": "HELD_AT_PREVIOUS"} if run.held and health != "OK" else {})


def _objective(state: DatasetState) -> tuple[float | None, float]:
    policy = state.policy
    objective = policy.dq_rate if policy.dq_rate is not None else policy.contract_rate
    return objective, policy.defaults.dq_rate if objective is None else objective


def _rate(run: BatchRun) -> float | None:
    return run.passed / run.processed if run.processed else None


def is_broken(state: DatasetState, run: BatchRun) -> bool:
    """Whether what was said of a run as a whole is bad."""
    rate = _rate(run)
    return bool(_failing(run)) or (rate is not None and rate < _objective(state)[1])


def judged(state: DatasetState) -> list[BatchRun]:
    """The runs that something was said of as a whole, in order of time."""
    told = [each for each in state.batches.values() if each.verdict_at or each.summary_at]
    return sorted(told, key=lambda each: (each.at, each.run_id))


def outstanding(state: DatasetState) -> set[str]:
    """Checks that fail still: their last answer was bad, and their job has not run again since.

    Jobs that check one thing each (dbt runs a test as a job of its own) thus do not mend
    what another of them found.
    """
    _, threshold = _objective(state)
    failing: dict[str, str] = {}
    for run in judged(state):
        answered = {*run.gates, *run.tests, *(["rate"] if run.processed else [])}
        failing = {
            name: job for name, job in failing.items()
            if name not in answered and job and run.job and job != run.job
        }  # fmt: skip
        failing |= dict.fromkeys(_failing(run), run.job)
        rate = _rate(run)
        if rate is not None and rate < threshold:
            failing["rate"] = run.job
    return set(failing)


def _health(run: BatchRun, rate: float | None, threshold: float, failed: list[str]) -> str:
    if rate is not None and rate < threshold:
        return "CRITICAL" if rate < min(CRITICAL_BELOW, threshold) else "WARNING"
    if failed and (rate is None or run.verdict_at is not None):
        return "CRITICAL"
    spent = (1 - rate) / (1 - threshold) if rate is not None and threshold < 1 else 0.0
    return "WARNING" if spent >= _SPENT and any(run.is_new.values()) else "OK"


def _failing(run: BatchRun) -> list[str]:
    gates = [gate for gate, result in run.gates.items() if result == "FAIL"] if run.verdict_at else []
    return sorted([*gates, *(name for name, passed in run.tests.items() if not passed)])


def _metrics(run: BatchRun, rate: float | None, threshold: float) -> dict[str, object]:
    if rate is None:
        failed = _failing(run)
        return {
            "checks_failed": len(failed),
            "checks": len(run.gates) + len(run.tests),
            "slo_threshold": threshold,
        }
    return {
        "records_processed": run.processed, "records_passed": run.passed, "records_failed": run.failed,
        "compliance_rate": round(rate, 4), "slo_threshold": threshold,
    }  # fmt: skip


def _is_older(state: DatasetState, run: BatchRun) -> bool:
    """Whether an earlier run's good news says nothing about the failure that is open."""
    return run.at < state.open[TRACK].first_bad


def _last_good(state: DatasetState, bad: BatchRun) -> datetime | None:
    """When the last run before this one left the table good, as far as is known."""
    begun = _begun(state, bad)
    own = {bad.run_id}
    moments = [each.at for each in state.commits if each.at < begun and each.run_id not in own]
    known_bad = {run.run_id for run in state.batches.values() if _failing(run)}
    good = [each.at for each in state.commits if each.at in moments and each.run_id not in known_bad]
    checked = [
        each.verdict_at or each.summary_at or each.at
        for each in judged(state)
        if each.run_id not in own | known_bad and each.at < begun
    ]
    return max([*good, *checked], default=None)


def _begun(state: DatasetState, bad: BatchRun) -> datetime:
    """Since when the update was there that the run looked at.

    A run that only checks, as a test of dbt does, looks at the last commit: what other
    checks found good of the same commit was not good before it.
    """
    begun = min(bad.at, bad.first_fail or bad.at)
    if not bad.job or any(each.job == bad.job for each in state.commits):
        return begun
    return max((each.at for each in state.commits if each.at <= begun), default=begun)


def _run(state: DatasetState, run_id: str, at: datetime) -> BatchRun:
    run = state.batches.get(run_id)
    if run is None:
        run = state.batches[run_id] = BatchRun(run_id, at)
    run.at = min(run.at, at)
    return run


def _note(run: BatchRun, signature: str, at: datetime, ref: str, count: int, producer: str) -> None:
    if len(run.failures) >= MAX_FAILURES and signature not in run.failures:
        return
    failure = run.failures.setdefault(signature, Failure())
    failure.count += count
    if failure.first_at is None or at < failure.first_at:
        failure.first_at, failure.first_ref, failure.producer = at, ref, producer


def worse(one: str, other: str) -> str:
    """The graver of two results."""
    return max(one, other, key=("SKIP", "PASS", "WARN", "FAIL").index)


def describe(run: BatchRun) -> str:
    """The run's share of good records, in words."""
    when = format_time(run.summary_at or run.at)
    return f"{run.passed} of {run.processed} records passed at {when}"
