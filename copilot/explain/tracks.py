"""Who is suspected of a broken track: late data, wrong data, and missing evidence have each their own."""

from datetime import datetime, timedelta

from ..episodes import Episode
from ..late import Missed, gap, trace_late
from ..suspects import Suspect
from ..world import World
from ..wrong import Bad, trace_failure, trace_volume
from .behind import deeper


def suspects_of(world: World, episode: Episode) -> list[Suspect]:
    track = episode.track.partition(":")[0]
    bad = Bad(
        episode.dataset, tuple(episode.signatures), episode.first_bad, episode.last_good,
        tuple(episode.run_ids), tuple(episode.evidence[:5]),
    )  # fmt: skip
    if track in ("contract", "quality"):
        return trace_failure(world, bad)
    if track == "volume":
        return trace_volume(world, bad)
    if track in ("gates", "heartbeats"):
        return [_gap(world, episode)]
    return _late(world, episode)


def _late(world: World, episode: Episode) -> list[Suspect]:
    grace = timedelta(minutes=15)
    expected = episode.details.get("expected_by")
    if isinstance(expected, str):
        grace = max(timedelta(), episode.first_bad - datetime.fromisoformat(expected))
    missed = Missed(episode.dataset, episode.last_good, episode.first_bad, grace)
    if len(episode.deadlines) > 1:
        since, by = episode.deadlines[-2:]
        missed = Missed(episode.dataset, since, by, grace, good=episode.last_good)
    found = trace_late(world, missed)
    return deeper(world, episode, found) if found else found


def _gap(world: World, episode: Episode) -> Suspect:
    run_id = episode.run_ids[0] if episode.run_ids else ""
    job = str(episode.details.get("job", "")) or world.text("JobRun", run_id, "job")
    missing = ", ".join(str(each) for each in episode.details.get("missing_gates", ()))
    what = f"gates {missing} are missing" if missing else "its heartbeats stopped"
    return gap(episode.dataset, job, run_id, episode.first_bad, what)
