"""One broken track explained: the cause that the evidence supports, if it supports one."""

from dataclasses import dataclass, replace
from datetime import datetime

from graph.port import GraphStore

from ..confidence import UNDECIDED, Confidence, assess
from ..episodes import Episode
from ..suspects import ABSTAIN, TIE, Suspect, best_of_each
from ..world import World, look
from ..world.orchestration import whole_of_job
from .beside import with_next
from .stages import narrowed
from .tracks import suspects_of


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

    @property
    def score(self) -> float:
        """How likely the cause is right, 0..0.99; where none is named, no more than that allows."""
        told = self.confidence.score if self.confidence else 0.0
        return told if self.cause else min(UNDECIDED, told)

    @property
    def tied(self) -> list[Suspect]:
        """The candidates among which the evidence does not decide; none where a cause is named."""
        if self.cause is not None:
            return []
        return [each for each in self.candidates if _are_equal(self.candidates[0], each)]


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
    ranked = tuple(best_of_each(suspects_of(world, episode)))
    if not ranked or ranked[0].score < ABSTAIN or any(_are_rivals(world, ranked[0], each) for each in ranked):
        return Verdict(None, ranked, world)
    return _narrowed(Verdict(ranked[0], ranked, world), episode, ranked[0])


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


def _are_equal(best: Suspect, other: Suspect) -> bool:
    """Whether two causes explain it equally well (contract rule 12)."""
    is_close = best.score - other.score < TIE and best.kind == other.kind
    return is_close and other.standing == best.standing == 1.0


def _are_rivals(world: World, best: Suspect, other: Suspect) -> bool:
    return _are_equal(best, other) and _home(world, best) != _home(world, other)


def _home(world: World, cause: Suspect) -> tuple[str, str, str]:
    """What makes two causes one: tasks that were not started have it in their DAG (contract rule 8)."""
    if cause.kind != "JOB_NOT_TRIGGERED":
        return cause.identity
    return cause.kind, cause.label, whole_of_job(world, cause.key) or cause.key
