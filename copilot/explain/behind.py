"""The data behind a run that failed, held back or crawls: its shape, its size, or what it failed itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from graph.signatures import family_of

from ..episodes import Episode
from ..suspects import Suspect
from ..world import RunView, SignalView, World
from ..world.orchestration import FAILED
from ..wrong import Bad, trace_failure, trace_volume
from ..wrong.volume import HIGH

_HELD = "its own checks held the data back"
_SHAPE = "the shape of its input explains it"
_LARGE = "the size of its input explains it"
_OUTSIDE = ("resource", "permission", "connectivity")
_SETTLING, _AN_HOUR, _A_DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(hours=26)


def deeper(world: World, episode: Episode, found: list[Suspect]) -> list[Suspect]:
    """What made the blamed run fail, hold back or crawl, where its data explains that."""
    blamed = found[0]
    table = blamed.chain[0]
    for bad, why in _data_behind(world, episode, blamed):
        above = trace_volume(world, bad) if bad.signatures == (HIGH,) else trace_failure(world, bad)
        if why == _SHAPE and bad.urn == above[0].chain[0] == table:
            continue
        below = blamed.chain if bad.urn != table else blamed.chain[1:]
        extended = [replace(each, chain=(*each.chain, *below)) for each in above]
        return [*extended, *(each.ruled_out(0.6, why) for each in found)]
    return found


def _data_behind(world: World, episode: Episode, blamed: Suspect) -> Iterator[tuple[Bad, str]]:
    run = world.run(blamed.run_id) if blamed.run_id else None
    if run is None or blamed.label != "Job":
        return
    urn, good, runs = blamed.chain[0], episode.last_good, (run.run_id,)
    for signal in world.signals(urn):
        is_check = signal.signal_type == "DQ_BREACH" and bool(signal.signature)
        if is_check and (signal.run_id == run.run_id or _held_back(world, run, signal)):
            yield Bad(urn, (signal.signature,), signal.at, good, runs, signal.evidence or runs), _HELD
    if blamed.kind == "JOB_FAILED" and family_of(blamed.signature) in ("drift", "upstream"):
        yield Bad(urn, (blamed.signature,), run.started, good, runs, runs), _SHAPE
    if blamed.kind == "JOB_RUNNING_SLOW":
        yield from ((bad, _LARGE) for bad in _large_inputs(world, run))


def _large_inputs(world: World, run: RunView) -> Iterator[Bad]:
    for source in world.inputs(run.job):
        for signal in world.signals(source):
            if signal.signature == HIGH and run.started - _A_DAY <= signal.at <= run.started + _AN_HOUR:
                yield Bad(source, (HIGH,), signal.at, None, (), signal.evidence)


def _held_back(world: World, run: RunView, signal: SignalView) -> bool:
    """Whether what quarantined for a run told of it under an id of its own: no run of that name is known."""
    if run.status not in FAILED or family_of(run.error) in _OUTSIDE or world.run(signal.run_id) is not None:
        return False
    return run.started <= signal.at <= (run.ended or world.now) + _SETTLING
