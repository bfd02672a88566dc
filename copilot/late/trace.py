"""Why a table did not advance: the walk from a missed deadline to the most upstream cause.

Each table asks its writer's runs since the last good one what went wrong first, and
before blaming the writer, whether its inputs were there in time and passed their checks
(contract rules 1, 6, 8, 9; spec/team_expectations.md B2).
"""

from dataclasses import replace
from datetime import datetime
from functools import reduce
from statistics import median

from graph.signatures import family_of

from ..changes import Between, on_job
from ..suspects import Suspect, span
from ..world import RunView, World
from .blame import Tried, blame, tried
from .checks import held_back
from .culprits import Missed
from .habits import Slot, expected
from .inputs import late_inputs

_LEAST_PACED, _SLOWED = 5, 1.25
_DEPTH = 8
_FIT = {"runtime": 0.95, "drift": 0.9, "resource": 0.85, "unknown": 0.85, "permission": 0.75,
        "upstream": 0.6, "anomaly": 0.8, "connectivity": 0.45}  # fmt: skip


def trace_late(world: World, missed: Missed) -> list[Suspect]:
    """Suspects for a missed update: the cause first, then what was passed by or ruled out."""
    return _trace(world, missed, frozenset(), 0)


def _trace(world: World, missed: Missed, seen: frozenset[str], depth: int) -> list[Suspect]:
    urn = missed.urn
    if urn in seen or depth > _DEPTH:
        return []
    writers = world.writers(urn)
    if not writers:
        return _unseen(world, missed, seen, depth) if depth or world.commits(urn) else []
    told = tried(world, missed, _writer(world, writers))
    above = _late_inputs(world, missed, told, seen | {urn}, depth)
    if not above and not told.runs:
        above = held_back(world, missed, told)
    return _judge(world, missed, told, above)


def _unseen(world: World, missed: Missed, seen: frozenset[str], depth: int) -> list[Suspect]:
    """A table that nobody is seen to write: what is said to feed it may have been late itself."""
    own = _from_outside(world, missed)
    told = Tried("", Slot(missed.since or missed.by, missed.by, missed.by), (), (), ())
    above = _late_inputs(world, missed, told, seen | {missed.urn}, depth)
    if not above:
        return [own]
    return [*(each.below(missed.urn) for each in above), own.ruled_out(0.5, "what feeds it explains it")]


def _writer(world: World, writers: list[str]) -> str:
    """The registered job if it was ever seen to run, else the one that wrote last."""
    known = [job for job in writers if job in world.runs]
    return known[0] if known else writers[0]


def _judge(world: World, missed: Missed, told: Tried, above: list[Suspect]) -> list[Suspect]:
    blamed = blame(world, missed, told)
    own = [blamed, *_shipped(world, missed, told.job, blamed)]
    if above and _inputs_explain(blamed, told):
        passed = [each.ruled_out(0.5, "its input explains it") for each in own]
        return [*(each.below(missed.urn) for each in above), *passed]
    best = _first_change(own)
    others = [each.ruled_out(0.5, "nothing upstream was needed") for each in above]
    rest = [each for each in own if each is not best]
    if best.kind == "DEPLOYMENT":
        rest = [
            each.ruled_out(0.7, "a deployment explains it") if each.kind != "DEPLOYMENT" else each
            for each in rest
        ]
    return [best, *rest, *(each.below(missed.urn) for each in others)]


def _first_change(own: list[Suspect]) -> Suspect:
    """A fitting deployment outranks what it caused (rule 6); a late trigger is not its doing."""
    changes = [each for each in own if each.kind == "DEPLOYMENT" and each.standing == 1.0]
    if own[0].kind in ("JOB_NOT_TRIGGERED", "EVIDENCE_GAP") or not changes:
        return own[0]
    return max(changes, key=lambda each: (each.score, each.key))


def _inputs_explain(blamed: Suspect, told: Tried) -> bool:
    """A run that broke for want of memory, rights or a network broke whatever its inputs were."""
    families = {family_of(run.error) for run in told.failed if run.error}
    return not (
        blamed.kind == "JOB_FAILED" and families and families <= {"resource", "permission", "connectivity"}
    )


def _late_inputs(
    world: World, missed: Missed, told: Tried, seen: frozenset[str], depth: int
) -> list[Suspect]:
    found: list[Suspect] = []
    for late in late_inputs(world, missed, told):
        if late.urn not in seen:
            above = _trace(world, late, seen, depth + 1)
            found += [reduce(Suspect.below, late.through, each) for each in above]
    return found


def _from_outside(world: World, missed: Missed) -> Suspect:
    commits = [each for each in world.commits(missed.urn) if each.advances]
    arrived = next((each for each in commits if missed.since is not None and each.at > missed.since), None)
    due, _ = expected(
        [each.at for each in commits if missed.since is None or each.at <= missed.since] or [missed.by]
    )
    state = f"arrived {span(arrived.at - due)} late" if arrived else "has not arrived"
    refs = tuple(filter(None, [arrived.run_id if arrived else "", missed.urn]))
    return Suspect(
        "UPSTREAM_DATA_LATE", "Dataset", missed.urn, due, (missed.urn,),
        f"{missed.urn}, which is written outside of what is observed, {state}", refs=refs,
        run_id=arrived.run_id if arrived else "",
        factors={
            "timing": (0.95 if arrived else 0.85, f"it was expected at {due:%H:%M} UTC and {state}"),
            "link": (0.9, "the broken table's job reads it"),
            "boundary": (1.0 if len(commits) > 2 else 0.6, f"{len(commits)} arrivals say when it is due"),
            "completeness": (0.8, "no writer of it is observed"),
        },
        missing=(f"who writes {missed.urn}: no job run of it was ever seen",),
    )  # fmt: skip


def _shipped(world: World, missed: Missed, job: str, blamed: Suspect) -> list[Suspect]:
    run = world.run(blamed.run_id) if blamed.run_id else None
    good = _last_in_time(world, missed, blamed.kind)
    before = [each for each in world.runs.get(blamed.job or job, ()) if good and each.started <= good]
    if blamed.kind == "JOB_RUNNING_SLOW":
        before = _before_it_slowed(before)
    between = Between(before[-1].started if before else good, run.started if run else missed.by)
    fit = _FIT[family_of(blamed.signature)] if blamed.signature else 0.9
    jobs = dict.fromkeys([job, blamed.job or job])
    found = [
        each
        for name in jobs
        for each in on_job(world, name, between, (missed.urn,), blamed.run_id, blamed.signature, fit)
    ]
    found = list({each.key: each for each in reversed(found)}.values())[::-1]
    refs = tuple(filter(None, [blamed.run_id]))
    shared = {name: blamed.factors[name] for name in ("upstream", "completeness") if name in blamed.factors}
    return [replace(each, refs=(*each.refs, *refs), factors=each.factors | shared) for each in found]


def _last_in_time(world: World, missed: Missed, reason: str) -> datetime | None:
    """When the table was last good before the same trouble began: an update that mended a miss came late."""
    commits = [each.at for each in world.commits(missed.urn) if each.advances]
    misses = [
        each.at
        for each in world.signals(missed.urn)
        if each.signal_type == "FRESHNESS_BREACH" and each.state != "OK" and each.reason == reason
    ]
    good = missed.last_good
    for miss in sorted((at for at in misses if at < missed.by), reverse=True):
        mends = next((at for at in commits if at > miss), None)
        if good is None or mends != good:
            break
        good = max((at for at in commits if at <= miss), default=None)
    return good


def _before_it_slowed(runs: list[RunView]) -> list[RunView]:
    """The runs up to the last at the usual pace: those after it were slow already, if not yet too slow."""
    told = [run.minutes for run in runs if run.minutes is not None]
    if len(told) < _LEAST_PACED:
        return runs
    usual = median(told)
    kept = list(runs)
    while len(kept) > 1 and (kept[-1].minutes or 0.0) > _SLOWED * usual:
        kept.pop()
    return kept
