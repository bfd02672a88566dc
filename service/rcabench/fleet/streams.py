"""What the checks beside a stream see: records, five minutes at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from .chance import Chance
from .effects import Spoilt
from .model import DataSet
from .world import World

WINDOW = timedelta(minutes=5)
SPARSE = 96


@dataclass(frozen=True, slots=True)
class Record:
    """One checked record."""

    at: datetime
    service: str
    version: str
    verdict: str
    code: str
    number: int


@dataclass(frozen=True, slots=True)
class Window:
    """The records of one tumbling window that were kept."""

    start: datetime
    end: datetime
    records: tuple[Record, ...]


def windows(world: World, urn: str, until: datetime) -> Iterator[Window]:
    """The kept windows of ``urn``: one in eight hours long before, every one shortly before ``until``."""
    chance = Chance(f"{world.fleet.seed}:stream:{urn}")
    muted = world.effects.mute_streams.get(urn, until)
    first = _floor(world.fleet.moment(0, 0))
    dense = until - dense_span(world, urn, until)
    phase = chance.of("phase").randrange(SPARSE)
    for index in range(int((until - first) / WINDOW) + 1):
        start = first + index * WINDOW
        if start < min(muted, until) and (start >= dense or index % SPARSE == phase):
            yield _window(world, world.fleet.sets[urn], start, chance, is_dense=start >= dense)


def dense_span(world: World, urn: str, until: datetime) -> timedelta:
    """How long before ``until`` every window was kept: from an hour before anything went wrong."""
    onsets = [s.start for s in world.effects.spoilt.get(urn, []) if s.start <= until]
    if not onsets:
        return timedelta(minutes=40)
    return min(timedelta(hours=6), until - min(onsets) + timedelta(minutes=50))


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)


def _window(world: World, stream: DataSet, start: datetime, chance: Chance, *, is_dense: bool) -> Window:
    rng = chance.of("window", start.isoformat())
    count = rng.randint(22, 26) if rng.random() < (0.85 if is_dense else 0.3) else rng.randint(4, 9)
    dirty = rng.randrange(count) if rng.random() < 0.12 else -1
    warned = rng.randrange(count) if rng.random() < 0.15 else -1
    record = partial(_record, world, stream, start, chance)
    found = tuple(record(number, count, dirty, warned) for number in range(count))
    return Window(start, start + WINDOW, found)


def _record(
    world: World,
    stream: DataSet,
    start: datetime,
    chance: Chance,
    number: int,
    count: int,
    dirty: int,
    warned: int,
) -> Record:
    rng = chance.of("record", start.isoformat(), number)
    at = start + WINDOW * ((number + rng.random() * 0.9) / count)
    service, draw, rolled = rng.choice(stream.services), rng.random(), rng.random()
    version = _version(world, service, at, rolled)
    verdict, code = "PASS", ""
    if number == dirty:
        verdict, code = "FAIL", f"INVALID_FORMAT:{stream.columns[-1][0]}"
    elif number == warned:
        verdict, code = "WARN", f"OPTIONAL_FIELD_EMPTY:{stream.columns[-1][0]}"
    for spoilt in world.effects.spoilt.get(stream.urn, []):
        if spoilt.service == service and _hits(spoilt, at, draw, rolled):
            verdict, code = spoilt.verdict, spoilt.code
    return Record(at, service, version, verdict, code, number)


def _hits(spoilt: Spoilt, at: datetime, draw: float, rolled: float) -> bool:
    return rolled < spoilt.rollout and draw < spoilt.at(at)


def _version(world: World, service: str, at: datetime, rolled: float) -> str:
    for change in sorted(world.effects.changes, key=lambda change: change.at, reverse=True):
        if change.service == service and change.at <= at and rolled < change.rollout:
            return change.version
    return world.fleet.versions.get(service, "")
