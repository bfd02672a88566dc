"""What the checks beside a stream see: records, five minutes at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

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
    muted = world.effects.mute_streams.get(urn, until)
    first = _floor(world.fleet.moment(0, 0))
    dense = bands(world, urn, until)
    phase = Chance(f"{world.fleet.seed}:stream:{urn}").of("phase").randrange(SPARSE)
    for index in range(int((until - first) / WINDOW) + 1):
        start = first + index * WINDOW
        if start >= min(muted, until):
            return
        is_dense = any(low <= start < high for low, high in dense)
        if is_dense or index % SPARSE == phase:
            yield _window(world, world.fleet.sets[urn], start, is_dense)


def bands(world: World, urn: str, until: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when every window was kept: shortly before ``until``, and where things went wrong."""
    found = [(until - timedelta(minutes=40), until)]
    for spoilt in world.effects.spoilt.get(urn, []):
        length = timedelta(hours=4) if spoilt.verdict == "FAIL" else timedelta(minutes=40)
        found.append((spoilt.start - timedelta(minutes=35), spoilt.start + length))
    return found


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class _Draw:
    """What chance says of one record, whatever befalls the stream."""

    lag: float
    service: float
    luck: float
    rollout: float


@lru_cache(maxsize=4096)
def _draws(seed: int, urn: str, start: datetime, is_dense: bool) -> tuple[int, int, tuple[_Draw, ...]]:
    """Which record is dirty, which one only warned of (-1: none), and the records of a window."""
    rng = Chance(f"{seed}:stream:{urn}").of(start.isoformat())
    is_full = rng.random() < (0.85 if is_dense else 0.3)
    count = rng.randint(24, 27) if is_full else rng.randint(4, 9)
    dirty = rng.randrange(count) if rng.random() < 0.12 else -1
    warned = rng.randrange(count) if rng.random() < 0.15 else -1
    found = (_Draw(rng.random(), rng.random(), rng.random(), rng.random()) for _ in range(count))
    return dirty, warned, tuple(found)


def _window(world: World, stream: DataSet, start: datetime, is_dense: bool) -> Window:
    dirty, warned, draws = _draws(world.fleet.seed, stream.urn, start, is_dense)
    codes = {dirty: ("FAIL", "INVALID_FORMAT"), warned: ("WARN", "OPTIONAL_FIELD_EMPTY")}
    found: list[Record] = []
    for number, draw in enumerate(draws):
        at = start + WINDOW * ((number + draw.lag * 0.9) / len(draws))
        verdict, kind = codes.get(number, ("PASS", ""))
        code = f"{kind}:{stream.columns[-1][0]}" if kind else ""
        found.append(_record(world, stream, at, number, draw, (verdict, code)))
    return Window(start, start + WINDOW, tuple(found))


def _record(
    world: World, stream: DataSet, at: datetime, number: int, draw: _Draw, usual: tuple[str, str]
) -> Record:
    service = stream.services[int(draw.service * len(stream.services))]
    verdict, code = usual
    for spoilt in world.effects.spoilt.get(stream.urn, []):
        if spoilt.service == service and _hits(spoilt, at, draw.luck, draw.rollout):
            verdict, code = spoilt.verdict, spoilt.code
    return Record(at, service, _version(world, service, at, draw.rollout), verdict, code, number)


def _hits(spoilt: Spoilt, at: datetime, draw: float, rolled: float) -> bool:
    return rolled < spoilt.rollout and draw < spoilt.at(at)


def _version(world: World, service: str, at: datetime, rolled: float) -> str:
    for change in sorted(world.effects.changes, key=lambda change: change.at, reverse=True):
        if change.service == service and change.at <= at and rolled < change.rollout:
            return change.version
    return world.fleet.versions.get(service, "")
