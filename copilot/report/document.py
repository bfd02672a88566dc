"""The RCAReport: what was decided of an episode, as a document (contract §3)."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from graph.model import NodeRef
from graph.port import GraphStore

from ..confidence import level, shown
from ..episodes import Episode
from ..explain import Verdict
from ..suspects import Suspect
from . import wording
from .blast import radius
from .boundaries import boundaries
from .missing import missing_evidence
from .paths import Step, path_of
from .queries import queries
from .timeline import timeline

Document: TypeAlias = dict[str, Any]


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
) -> tuple[Document, list[Step]]:
    """The RCAReport (contract §3), and the path for the graph."""
    cause, world = verdict.cause, verdict.world
    steps = path_of(world, cause, episode.signal_ids[0], scene.incident_id) if cause else []
    rows, is_cut = _downstream(store, episode, cause, scene)
    entries = timeline(world, episode, cause)
    document: Document = {
        "incident_id": scene.incident_id,
        **_answer(verdict),
        "path": [_step(each) for each in steps],
        "query": queries(steps, scene.incident_id),
        "timeline": entries,
        "boundaries": boundaries(store, episode, world),
        "blast_radius": rows,
        "evidence_refs": _refs(episode, cause, entries),
        **_advice(episode, verdict, scene, missing_evidence(verdict, episode, is_cut=is_cut)),
        "narrative": _narrative(episode, verdict, scene, [row["urn"] for row in rows]),
        "narrated_by": "template",
    }
    return document, steps


def _downstream(
    store: GraphStore, episode: Episode, cause: Suspect | None, scene: Scene
) -> tuple[list[Document], bool]:
    start = cause.chain[0] if cause else episode.dataset
    starts = (start, *scene.origins) if cause else (start,)
    return radius(store, starts, leave_out={episode.dataset, start}, hurt=scene.hurt)


def _answer(verdict: Verdict) -> Document:
    cause, score = verdict.cause, verdict.score
    scores = shown(verdict.candidates, score)
    return {
        "verdict": "ROOT_CAUSE_FOUND" if cause else "INCONCLUSIVE",
        "confidence": _confidence(verdict),
        "root_cause": _cause(cause, score) if cause else None,
        "candidates": [_cause(*each) for each in zip(verdict.candidates[:10], scores, strict=False)],
    }


def _confidence(verdict: Verdict) -> Document:
    if verdict.cause is None or verdict.confidence is None:
        return {"score": round(verdict.score, 4), "level": level(verdict.score), "factors": []}
    return verdict.confidence.document()


def _cause(suspect: Suspect, score: float) -> Document:
    return {
        "kind": suspect.kind, "entity": {"label": suspect.label, "key": suspect.key}, "score": score,
        "summary": suspect.summary, "evidence_refs": list(dict.fromkeys(suspect.refs))[:10],
    }  # fmt: skip


def _step(step: Step) -> Document:
    return {
        "from": _named(step.src), "edge": step.kind, "to": _named(step.dst),
        "evidence": list(dict.fromkeys(step.evidence)),
    }  # fmt: skip


def _named(ref: NodeRef) -> Document:
    return {"label": ref.label, "key": ref.key}


def _refs(episode: Episode, cause: Suspect | None, entries: list[Document]) -> list[str]:
    own = cause.refs if cause else ()
    told = [entry["ref"] for entry in entries if not entry["ref"].startswith(("sig-", "inc-"))]
    refs = (ref for ref in (*own, *episode.evidence[:10], *episode.run_ids[:5], *told) if ref)
    return list(dict.fromkeys(refs)) or [episode.dataset]


def _advice(episode: Episode, verdict: Verdict, scene: Scene, missing: list[str]) -> Document:
    cause, urn = verdict.cause, episode.dataset
    return {
        "missing_evidence": missing,
        "next_checks": wording.checks(cause, verdict.tied, urn, missing, is_stale=episode.is_stale),
        "recommended_actions": wording.actions(cause, urn, scene.owner),
    }


def _narrative(episode: Episode, verdict: Verdict, scene: Scene, hit: list[str]) -> str:
    sure = level(verdict.score), verdict.score
    told = wording.narrative(episode, verdict.cause, *sure, hit, list(scene.also))
    return f"{told} {verdict.remark}".rstrip()
