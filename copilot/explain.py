"""One broken track explained: suspects, verdict, and the report."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from graph.port import GraphStore
from graph.signatures import family_of
from signal_factory.times import format_time

from . import late, wording, wrong
from .beside import with_next
from .blast import radius
from .confidence import UNDECIDED, Confidence, assess, level, shown
from .episodes import Episode
from .kept import reaches_back, unseen, updated_by
from .paths import Step, cypher, gremlin, path_of
from .stages import narrowed
from .suspects import ABSTAIN, TIE, Suspect
from .timeline import timeline
from .world import RunView, SignalView, World, look
from .world.orchestration import FAILED, whole_of_job
from .wrong.volume import HIGH

_HELD = "its own checks held the data back"
_OUTSIDE, _SETTLING = ("resource", "permission", "connectivity"), timedelta(minutes=10)
_SHAPE = "the shape of its input explains it"
_LARGE = "the size of its input explains it"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the trace arrived at. ``cause`` is None when the evidence supports no single one."""

    cause: Suspect | None
    candidates: tuple[Suspect, ...]
    world: World
    remark: str = ""
    confidence: Confidence | None = None

    @property
    def group(self) -> tuple[str, ...]:
        """Episodes with the same group are one incident."""
        if self.cause is not None:
            return ("cause", *_home(self.world, self.cause))
        return ("open", *sorted(each.key for each in self.candidates[:2]))


def decide(store: GraphStore, episode: Episode, now: datetime) -> Verdict:
    """Trace an episode to its cause, and say how sure that is."""
    verdict = _traced(store, episode, now)
    if not verdict.candidates:
        return verdict
    sure = assess(verdict.candidates, verdict.world, episode.track)
    if verdict.cause is None or sure.score < ABSTAIN:
        return replace(verdict, cause=None, confidence=sure)
    known = with_next(verdict.world, verdict.candidates, episode.last_good, episode.first_bad)
    return replace(verdict, candidates=known, confidence=sure)


def _traced(store: GraphStore, episode: Episode, now: datetime) -> Verdict:
    world = look(store, [episode.dataset], episode.first_bad, now)
    if episode.is_stale:
        return Verdict(None, (), world)
    ranked = _ranked(_suspects(world, episode))
    best = ranked[0] if ranked else None
    tied = [each for each in ranked[1:] if best and _rivals(world, best, each)]
    if best is None or best.score < ABSTAIN or tied:
        return Verdict(None, tuple(ranked), world)
    return _narrowed(Verdict(best, tuple(ranked), world), episode, best)


def _narrowed(verdict: Verdict, episode: Episode, best: Suspect) -> Verdict:
    """The verdict with what the checks of the inputs say."""
    found = narrowed(verdict.world, episode, best)
    if found is None:
        return verdict
    known = {each.identity for each in verdict.candidates}
    cleared = [each for each in found.cleared if each.identity not in known]
    return replace(
        verdict, cause=found.cause, remark=found.sentence,
        candidates=(found.cause, *verdict.candidates[1:], *cleared),
    )  # fmt: skip


def _equal(best: Suspect, other: Suspect) -> bool:
    return (
        other.standing == best.standing == 1.0 and best.score - other.score < TIE and best.kind == other.kind
    )


def _rivals(world: World, best: Suspect, other: Suspect) -> bool:
    return _equal(best, other) and _home(world, best) != _home(world, other)


def _home(world: World, cause: Suspect) -> tuple[str, str, str]:
    """What makes two causes one: tasks that were not started have it in their DAG (contract rule 8)."""
    if cause.kind != "JOB_NOT_TRIGGERED":
        return cause.identity
    return cause.kind, cause.label, whole_of_job(world, cause.key) or cause.key


def _suspects(world: World, episode: Episode) -> list[Suspect]:
    track = episode.track.partition(":")[0]
    bad = wrong.Bad(
        episode.dataset, tuple(episode.signatures), episode.first_bad, episode.last_good,
        tuple(episode.run_ids), tuple(episode.evidence[:5]),
    )  # fmt: skip
    if track in ("contract", "quality"):
        return wrong.trace_failure(world, bad)
    if track == "volume":
        return wrong.trace_volume(world, bad)
    if track in ("gates", "heartbeats"):
        return [_gap(world, episode)]
    return _late(world, episode)


def _late(world: World, episode: Episode) -> list[Suspect]:
    grace = timedelta(minutes=15)
    expected = episode.details.get("expected_by")
    if isinstance(expected, str):
        grace = max(timedelta(), episode.first_bad - datetime.fromisoformat(expected))
    missed = late.Missed(episode.dataset, episode.last_good, episode.first_bad, grace)
    if len(episode.deadlines) > 1:
        since, by = episode.deadlines[-2:]
        missed = late.Missed(episode.dataset, since, by, grace, good=episode.last_good)
    found = late.trace(world, missed)
    return _deeper(world, episode, found) if found else found


def _deeper(world: World, episode: Episode, found: list[Suspect]) -> list[Suspect]:
    """What made the blamed run fail, hold back or crawl, where its data explains that."""
    blamed = found[0]
    for bad, why in _data_behind(world, episode, blamed):
        above = (
            wrong.trace_volume(world, bad) if bad.signatures == (HIGH,) else wrong.trace_failure(world, bad)
        )
        if above and (bad.urn != blamed.chain[0] or why != _SHAPE or above[0].chain[0] != blamed.chain[0]):
            below = blamed.chain if bad.urn != blamed.chain[0] else blamed.chain[1:]
            extended = [replace(each, chain=(*each.chain, *below)) for each in above]
            return [*extended, *(each.ruled_out(0.6, why) for each in found)]
    return found


def _data_behind(world: World, episode: Episode, blamed: Suspect) -> Iterator[tuple[wrong.Bad, str]]:
    run = world.run(blamed.run_id) if blamed.run_id else None
    if run is None or blamed.label != "Job":
        return
    urn = blamed.chain[0]
    refs: tuple[str, ...] = (blamed.run_id,)
    for signal in world.signals(urn):
        is_told = signal.signal_type == "DQ_BREACH" and bool(signal.signature)
        if is_told and (signal.run_id == run.run_id or _held_back(world, run, signal)):
            refs = signal.evidence or refs
            yield (
                wrong.Bad(urn, (signal.signature,), signal.at, episode.last_good, (run.run_id,), refs),
                _HELD,
            )
    if blamed.kind == "JOB_FAILED" and family_of(blamed.signature) in ("drift", "upstream"):
        yield wrong.Bad(urn, (blamed.signature,), run.started, episode.last_good, refs, refs), _SHAPE
    if blamed.kind == "JOB_RUNNING_SLOW":
        since = run.started - timedelta(hours=26)
        for source in world.inputs(run.job):
            for signal in world.signals(source):
                if signal.signature == HIGH and since <= signal.at <= run.started + timedelta(hours=1):
                    yield wrong.Bad(source, (HIGH,), signal.at, None, (), signal.evidence), _LARGE


def _held_back(world: World, run: RunView, signal: SignalView) -> bool:
    """Whether what quarantined for a run told of it under an id of its own: no run of that name is known."""
    if run.status not in FAILED or family_of(run.error) in _OUTSIDE or world.run(signal.run_id) is not None:
        return False
    return run.started <= signal.at <= (run.ended or world.now) + _SETTLING


def _gap(world: World, episode: Episode) -> Suspect:
    run_id = episode.run_ids[0] if episode.run_ids else ""
    job = str(episode.details.get("job", "")) or world.text("JobRun", run_id, "job")
    missing = ", ".join(str(each) for each in episode.details.get("missing_gates", ()))
    what = f"gates {missing} are missing" if missing else "its heartbeats stopped"
    return late.gap(episode.dataset, job, run_id, episode.first_bad, what)


def _ranked(suspects: list[Suspect]) -> list[Suspect]:
    best: dict[tuple[str, str, str], Suspect] = {}
    for each in suspects:
        known = best.get(each.identity)
        if known is None or each.score > known.score:
            best[each.identity] = each
    return sorted(best.values(), key=lambda each: (-each.score, each.identity))


@dataclass(frozen=True, slots=True)
class Scene:
    """What surrounds the episode that is reported: its incident, who else is hurt, and who owns it.

    ``origins`` are the first data sets of the cause as its other episodes see it.
    """

    incident_id: str
    also: tuple[str, ...]
    hurt: dict[str, str]
    owner: str
    origins: tuple[str, ...] = ()


def report(
    store: GraphStore, episode: Episode, verdict: Verdict, scene: Scene
) -> tuple[dict[str, Any], list[Step]]:
    """The RCAReport (contract §3), and the path for the graph."""
    cause, world = verdict.cause, verdict.world
    signal_id = episode.signal_ids[0]
    steps = path_of(world, cause, signal_id, scene.incident_id) if cause else []
    start = cause.chain[0] if cause else episode.dataset
    starts = (start, *scene.origins) if cause else (start,)
    rows, is_cut = radius(store, starts, leave_out={episode.dataset, start}, hurt=scene.hurt)
    tied = (
        [each for each in verdict.candidates if _equal(verdict.candidates[0], each)]
        if verdict.candidates and not cause
        else []
    )
    missing = _missing(verdict, episode, is_cut)
    said = verdict.confidence.score if verdict.confidence else 0.0
    score = said if cause else min(UNDECIDED, said)
    scores = shown(verdict.candidates, score)
    entries = timeline(world, episode, cause)
    refs = _refs(episode, cause, entries)
    told = wording.narrative(
        episode, cause, level(score), score, [row["urn"] for row in rows], list(scene.also)
    )
    document: dict[str, Any] = {
        "incident_id": scene.incident_id,
        "verdict": "ROOT_CAUSE_FOUND" if cause else "INCONCLUSIVE",
        "confidence": _confidence(verdict, score),
        "root_cause": _cause(cause, score) if cause else None,
        "candidates": [_cause(*each) for each in zip(verdict.candidates[:10], scores, strict=False)],
        "path": [_step(each) for each in steps],
        "query": {"cypher": cypher(steps), "gremlin": gremlin(steps)}
        if steps
        else _no_query(scene.incident_id),
        "timeline": entries,
        "boundaries": _boundaries(store, episode, world),
        "blast_radius": rows,
        "evidence_refs": refs,
        "missing_evidence": missing,
        "next_checks": wording.checks(cause, tied, episode.dataset, missing, is_stale=episode.is_stale),
        "recommended_actions": wording.actions(cause, episode.dataset, scene.owner),
        "narrative": f"{told} {verdict.remark}".rstrip(),
        "narrated_by": "template",
    }
    return document, steps


def _no_query(incident_id: str) -> dict[str, str]:
    return {
        "cypher": f"MATCH path = (:Signal)-[:TRIGGERED]->(:Incident {{key: '{incident_id}'}})\nRETURN path",
        "gremlin": f"g.V().has('Incident', 'key', '{incident_id}').in('TRIGGERED').path()",
    }


def _confidence(verdict: Verdict, score: float) -> dict[str, Any]:
    if verdict.cause is None or verdict.confidence is None:
        return {"score": round(score, 4), "level": level(score), "factors": []}
    return verdict.confidence.document()


def _cause(suspect: Suspect, score: float) -> dict[str, Any]:
    return {
        "kind": suspect.kind, "entity": {"label": suspect.label, "key": suspect.key}, "score": score,
        "summary": suspect.summary, "evidence_refs": list(dict.fromkeys(suspect.refs))[:10],
    }  # fmt: skip


def _step(step: Step) -> dict[str, Any]:
    return {
        "from": {"label": step.src.label, "key": step.src.key}, "edge": step.kind,
        "to": {"label": step.dst.label, "key": step.dst.key}, "evidence": list(dict.fromkeys(step.evidence)),
    }  # fmt: skip


def _boundaries(store: GraphStore, episode: Episode, world: World) -> dict[str, Any]:
    good = None
    if episode.last_good is not None:
        commit = next((each for each in world.commits(episode.dataset) if each.at == episode.last_good), None)
        good = {
            "time": format_time(episode.last_good), "dataset_urn": episode.dataset,
            "ref": commit.run_id if commit else episode.dataset, "run_id": commit.run_id if commit else None,
            "partition": commit.watermark or None if commit else None,
        }  # fmt: skip
        if commit is None:
            good |= updated_by(store, episode.dataset, episode.last_good)
    ref = (episode.evidence or episode.run_ids or [episode.dataset])[0]
    bad = {
        "time": format_time(episode.first_bad),
        "dataset_urn": episode.dataset,
        "ref": ref,
        "what": episode.reason,
    }
    return {"last_good": good, "first_bad": bad}


def _refs(episode: Episode, cause: Suspect | None, entries: list[dict[str, Any]]) -> list[str]:
    own = cause.refs if cause else ()
    told = [entry["ref"] for entry in entries if not entry["ref"].startswith(("sig-", "inc-"))]
    refs = list(
        dict.fromkeys(ref for ref in (*own, *episode.evidence[:10], *episode.run_ids[:5], *told) if ref)
    )
    return refs or [episode.dataset]


def _missing(verdict: Verdict, episode: Episode, is_cut: bool) -> list[str]:
    world = verdict.world
    found = list(verdict.cause.missing) if verdict.cause else []
    if episode.is_stale:
        found.append("every event since the evidence bus fell silent")
    if episode.last_good is None:
        found.append(f"a good state of {episode.dataset} to compare with")
    if not world.writers(episode.dataset) and not world.producers(episode.dataset):
        found.append(f"runs of whatever writes {episode.dataset}")
    if (
        verdict.cause
        and verdict.cause.kind not in ("DEPLOYMENT", "EVIDENCE_GAP")
        and not any(each.kind == "DEPLOYMENT" for each in verdict.candidates)
    ):
        found.append("deployment events of what produces the data: none were seen in the interval")
    since = reaches_back(episode.first_bad, episode.last_good)
    found += unseen(world, (episode.dataset, *(verdict.cause.chain if verdict.cause else ())), since)
    if world.is_partial or is_cut:
        found.append("part of the graph: a bound cut the neighbourhood off")
    return list(dict.fromkeys(found))
