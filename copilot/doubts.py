"""What makes a named cause doubtful: rivals that were not explained away, and evidence nobody saw.

Each answer is (value 0..1, reason), where 1 leaves no doubt.
"""

from collections.abc import Iterator, Sequence

from .suspects import WEIGHTS, Suspect
from .world import World

COMPLETENESS = "completeness"
PARTS = {("history" if name == COMPLETENESS else name): weight for name, weight in WEIGHTS.items()}
"""What the trace measured by the name it is shown under: its own completeness is what it knew of before."""
_SILENT_KINDS = ("JOB_NOT_TRIGGERED", "UPSTREAM_DATA_LATE", "EVIDENCE_GAP")
_DATA_KINDS = ("SCHEMA_DRIFT", "SOURCE_DATA_ANOMALY")
_RUN_KINDS = ("WRONG_PARTITION", "EVIDENCE_GAP")
_MOST_NAMED = 3


def evidence(best: Suspect) -> dict[str, tuple[float, float, str]]:
    """(value, part of the whole, reason) of what the trace measured; the parts add up to 1."""
    told = {("history" if name == COMPLETENESS else name): each for name, each in best.factors.items()}
    whole = sum(PARTS[name] for name in told)
    ranked = sorted(told.items(), key=lambda each: (-PARTS[each[0]], each[0]))
    return {name: (best.standing * value, PARTS[name] / whole, reason) for name, (value, reason) in ranked}


def rivals(best: Suspect, candidates: Sequence[Suspect], world: World) -> tuple[float, str]:
    """How far behind the strongest cause is that would make this one wrong.

    What was passed by because this cause explains it (a failed run behind a deployment,
    the job that waited) tells the same story and is none; nor is another task of a DAG
    that was not started.
    """
    against = [each for each in candidates if _contradicts(best, each, world)]
    if not against or best.score <= 0:
        return 1.0, "nothing else comes into question"
    next_best = max(against, key=lambda each: (each.score, each.identity))
    share = min(1.0, next_best.score / best.score)
    return 1.0 - share, f"next comes {next_best.key}, with {share:.0%} of its strength"


def completeness(best: Suspect, world: World) -> tuple[float, str]:
    """What was seen of what should have been: arrivals, writers, owners and gates along the chain."""
    expected = list(_expected(best, world))
    unseen = [what for seen, what in expected if not seen]
    share = (len(expected) - len(unseen)) / len(expected) if expected else 0.0
    reason = f"{len(expected) - len(unseen)} of {len(expected)} things to be seen along the way were"
    if unseen:
        more = f" and {len(unseen) - _MOST_NAMED} more" if len(unseen) > _MOST_NAMED else ""
        reason += f"; not {', '.join(unseen[:_MOST_NAMED])}{more}"
    return share, reason


def basis(best: Suspect, track: str, world: World) -> str:
    """What sort of answer this is, as ``kind/track/how``: what precedents are counted by."""
    return "/".join((best.kind, track.partition(":")[0], _how(best, world)))


def _contradicts(best: Suspect, other: Suspect, world: World) -> bool:
    if other.identity == best.identity or (_dags(best, world) & _dags(other, world)):
        return False
    return other.kind == "DEPLOYMENT" or other.standing == 1.0


def _dags(suspect: Suspect, world: World) -> set[str]:
    runs = world.runs.get(suspect.key, ()) if suspect.kind == "JOB_NOT_TRIGGERED" else ()
    return {run.dag for run in runs if run.dag}


def _how(best: Suspect, world: World) -> str:
    if best.kind == "JOB_NOT_TRIGGERED":
        return "started late" if best.run_id else "never started"
    if best.kind in _DATA_KINDS:
        return "midway" if best.chain and world.sources(best.chain[0]) else "at a source"
    if best.kind in _RUN_KINDS:
        return "unlike its runs" if _is_unlike_its_runs(best, world) else "here"
    return "further up" if len(best.chain) > 1 else "here"


def _is_unlike_its_runs(best: Suspect, world: World) -> bool:
    """Whether the blamed run came without its gates, or wrote an older partition than others had before.

    So do backfills and runs by hand: then the run that should have been is missing.
    """
    if not best.chain:
        return False
    if best.kind != "EVIDENCE_GAP" and _lacks_gates(world, best.chain[0]):
        return True
    commits = world.commits(best.chain[0])
    own = [each for each in commits if each.run_id == best.run_id and each.watermark]
    return bool(own) and any(each.at < own[-1].at and each.watermark > own[-1].watermark for each in commits)


def _expected(best: Suspect, world: World) -> Iterator[tuple[bool, str]]:
    """(whether it was seen, what)."""
    for urn in best.chain:
        writers = world.writers(urn)
        arrived = world.commits(urn) or world.versions_seen(urn) or world.failures("Dataset", urn)
        yield bool(arrived), f"arrivals at {urn}"
        yield any(world.runs.get(job) for job in writers) or bool(world.producers(urn)), f"what writes {urn}"
        yield bool(world.text("Dataset", urn, "owner_team")), f"an owner of {urn}"
        if best.kind != "EVIDENCE_GAP":
            yield not _lacks_gates(world, urn), f"every gate of {urn}"
    if best.kind in _SILENT_KINDS and not _was_seen(best):
        yield from _bystanders(best, world)
    if world.is_partial:
        yield False, "the whole neighbourhood"


def _was_seen(best: Suspect) -> bool:
    """Whether something that happened is blamed, and not that nothing did."""
    return bool(best.run_id) and best.kind != "EVIDENCE_GAP"


def _bystanders(best: Suspect, world: World) -> Iterator[tuple[bool, str]]:
    """Silence says something of one job where others were heard of meanwhile."""
    own = {job for urn in best.chain for job in world.writers(urn)} | {best.job, best.key}
    others = [run for job, runs in world.runs.items() if job not in own for run in runs]
    if others and best.at is not None:
        at = best.at
        yield any((run.ended or run.started) >= at for run in others), "anything else since it fell silent"


def _lacks_gates(world: World, urn: str) -> bool:
    signals = world.signals(urn)
    return bool(signals) and any(
        each.signal_type == "EVIDENCE_INCOMPLETE" and each.state != "OK" for each in signals[-3:]
    )
