"""What could not be seen, as far as it bears on the answer."""

from ..episodes import Episode
from ..explain import Verdict
from .folded import reaches_back, unseen


def missing_evidence(verdict: Verdict, episode: Episode, *, is_cut: bool) -> list[str]:
    """Sentences without a full stop, each once; ``is_cut`` where the blast radius came to its bound."""
    world, cause = verdict.world, verdict.cause
    found = list(cause.missing) if cause else []
    if episode.is_stale:
        found.append("every event since the evidence bus fell silent")
    if episode.last_good is None:
        found.append(f"a good state of {episode.dataset} to compare with")
    if not world.writers(episode.dataset) and not world.producers(episode.dataset):
        found.append(f"runs of whatever writes {episode.dataset}")
    if _lacks_deployments(verdict):
        found.append("deployment events of what produces the data: none were seen in the interval")
    since = reaches_back(episode.first_bad, episode.last_good)
    found += unseen(world, (episode.dataset, *(cause.chain if cause else ())), since)
    if world.is_partial or is_cut:
        found.append("part of the graph: a bound cut the neighbourhood off")
    return list(dict.fromkeys(found))


def _lacks_deployments(verdict: Verdict) -> bool:
    """Whether a deployment might be behind the cause, and none was seen at all."""
    if verdict.cause is None or verdict.cause.kind in ("DEPLOYMENT", "EVIDENCE_GAP"):
        return False
    return all(each.kind != "DEPLOYMENT" for each in verdict.candidates)
