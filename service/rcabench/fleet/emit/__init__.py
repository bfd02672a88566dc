"""From a simulated world to what a platform would have received of it."""

from datetime import datetime
from typing import Any

from ..chance import Chance
from ..world import World
from . import changes, evidence, lineage, native, registry
from .post import Post, Quirks

__all__ = ["Quirks", "recorded"]


def recorded(world: World, until: datetime, quirks: Quirks, chance: Chance) -> tuple[dict[str, Any], ...]:
    """The envelopes received by ``until``, in order of receipt."""
    post = Post(chance, until, quirks)
    registry.send(world, post)
    changes.send(world, post)
    for run in world.runs:
        if world.fleet.dags[run.job.dag].style == "native":
            native.send_run(world, run, post)
        else:
            lineage.send_run(world, run, post)
        evidence.send_run(world, run, post)
    lineage.send_waits(world, post)
    lineage.send_dags(world, post)
    native.send_arrivals(world, post)
    native.send_beats(world, post, until)
    evidence.send_streams(world, post, until)
    return post.delivered(world.effects.outage)
