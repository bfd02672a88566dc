"""Checks that stopped a pipeline: what was to be built from a table that failed them was not built."""

from datetime import datetime

from ..suspects import Suspect
from ..world import SignalView, World
from ..world.orchestration import application, held_up_by, whole_of
from ..wrong import Bad, trace_failure
from .blame import Tried
from .culprits import Missed


def held_back(world: World, missed: Missed, told: Tried) -> list[Suspect]:
    """What made an input fail its checks, where a job was passed over for that; empty if it was not.

    dbt builds nothing on a table that failed a test; an orchestrator does not reach what
    comes after a check.
    """
    found: list[Suspect] = []
    stopped, checking = _stopped(world, missed, told), _checking(world, missed, told.job)
    for urn in world.inputs(told.job):
        for signal in _failed_checks(world, urn, missed.since, missed.by):
            run = world.run(signal.run_id)
            whole = whole_of(run) if run else ""
            if signal.run_id in checking or (stopped and whole in ("", *stopped)):
                bad = Bad(
                    urn, (signal.signature,), signal.at, missed.last_good, (signal.run_id,), signal.evidence
                )
                found += trace_failure(world, bad)
                break
    return found


def _stopped(world: World, missed: Missed, told: Tried) -> set[str]:
    """Runs of applications that passed the job over."""
    whole = application(world, told.job, missed.since, missed.by)
    named = {whole_of(run) for run in told.skipped} - {""}
    return named | ({whole.run_id} if whole is not None and whole.ended is not None else set())


def _checking(world: World, missed: Missed, job: str) -> set[str]:
    """The failed runs of the step that the job comes after."""
    return {run.run_id for run in held_up_by(world, job, missed.since, missed.by)}


def _failed_checks(world: World, urn: str, since: datetime | None, by: datetime) -> list[SignalView]:
    return [
        each
        for each in world.signals(urn)
        if each.signal_type == "DQ_BREACH" and each.signature and (since is None or each.at > since)
        and each.at <= by
    ]  # fmt: skip
