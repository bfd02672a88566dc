"""When the data was last good and first bad, and what says so."""

from datetime import datetime
from typing import Any

from graph.port import GraphStore
from signal_factory.times import format_time

from ..episodes import Episode
from ..world import World
from .folded import updated_by


def boundaries(store: GraphStore, episode: Episode, world: World) -> dict[str, Any]:
    """``{last_good, first_bad}``; ``last_good`` is None where nothing good was seen."""
    good = None if episode.last_good is None else _last_good(store, world, episode.dataset, episode.last_good)
    bad = {
        "time": format_time(episode.first_bad), "dataset_urn": episode.dataset,
        "ref": (episode.evidence or episode.run_ids or [episode.dataset])[0], "what": episode.reason,
    }  # fmt: skip
    return {"last_good": good, "first_bad": bad}


def _last_good(store: GraphStore, world: World, urn: str, at: datetime) -> dict[str, Any]:
    commit = next((each for each in world.commits(urn) if each.at == at), None)
    told = {"time": format_time(at), "dataset_urn": urn, "ref": urn, "run_id": None, "partition": None}
    if commit is None:
        return told | updated_by(store, urn, at)
    return told | {"ref": commit.run_id, "run_id": commit.run_id, "partition": commit.watermark or None}
