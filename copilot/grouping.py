"""Which episodes are one incident: those of one cause at one time, and those of one promise that flaps."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from .episodes import Episode
from .explain import Verdict
from .flapping import goes_on, is_same_failure, is_same_promise
from .settled import Settled

Told: TypeAlias = tuple[Episode, Verdict | Settled]
SAME_CAUSE = timedelta(hours=3)
"""A cause that is back within this time of its last recovery had not gone."""
_SKEW = timedelta(minutes=2)
_NEVER = datetime.min.replace(tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class _Group:
    number: int
    told: list[Told] = field(default_factory=list[Told])
    names: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    until: datetime = _NEVER


class _Groups:
    """Groups in order, found by their names and by how late they ended: most are long past."""

    def __init__(self) -> None:
        self.all: list[_Group] = []
        self._named: dict[tuple[str, ...], list[_Group]] = {}
        self._ends: list[tuple[datetime, int]] = []

    def new(self) -> _Group:
        """One more, still empty."""
        self.all.append(_Group(len(self.all)))
        self._ends.insert(0, (_NEVER, len(self.all) - 1))
        return self.all[-1]

    def put(self, group: _Group, told: Told, name: tuple[str, ...]) -> None:
        """Have an episode belong to a group."""
        group.told.append(told)
        if name not in group.names:
            group.names.add(name)
            self._named.setdefault(name, []).append(group)
        until = max(group.until, told[0].resolved_at or _FOREVER)
        if until != group.until:
            del self._ends[bisect_left(self._ends, (group.until, group.number))]
            insort(self._ends, (until, group.number))
            group.until = until

    def near(self, episode: Episode) -> list[_Group]:
        """Those to whose time it belongs, the latest first: they were open, or had just mended."""
        first = bisect_left(self._ends, (episode.first_bad - SAME_CAUSE, 0))
        numbers = sorted((number for _, number in self._ends[first:]), reverse=True)
        return [self.all[number] for number in numbers]

    def named(self, name: tuple[str, ...]) -> list[_Group]:
        """Those that have a name, the latest first."""
        return sorted(self._named.get(name, ()), key=lambda group: group.number, reverse=True)


def grouped(told: Iterable[Told]) -> list[list[Told]]:
    """Episodes with their verdicts, one list an incident; ``told`` in order of time."""
    groups = _Groups()
    for episode, verdict in told:
        name = group_of(episode, verdict)
        home = _home(groups, episode, name) or groups.new()
        groups.put(home, (episode, verdict), name)
    return [group.told for group in groups.all]


def group_of(episode: Episode, verdict: Verdict | Settled) -> tuple[str, ...]:
    """What makes episodes one incident; where nothing is suspected, each data set stands for itself."""
    if episode.is_stale:
        return ("stale",)
    name = tuple(verdict.group)
    return name if len(name) > 1 else (*name, episode.dataset)


def lead_of(group: Sequence[Told]) -> Told:
    """The episode that the incident is told from: the broken data set nearest to the cause.

    Where what flapped was explained in two ways, the last explanation stands.
    """
    known = [(each, name) for each in group if _is_known(name := group_of(*each))]
    last = max(known, key=lambda each: (each[0][0].opened_at, each[0][0].key), default=None)
    kept = [each for each, name in known if last is not None and name == last[1]]
    return min(kept or group, key=lambda each: _nearness(*each))


def origin_of(episode: Episode, verdict: Verdict | Settled) -> str:
    """The cause's first data set, as the episode sees it."""
    if isinstance(verdict, Verdict):
        return verdict.cause.chain[0] if verdict.cause else episode.dataset
    ends = (end for step in verdict.document["path"] for end in (step["from"], step["to"]))
    return next((end["key"] for end in ends if end["label"] == "Dataset"), episode.dataset)


def _home(groups: _Groups, episode: Episode, name: tuple[str, ...]) -> _Group | None:
    """The latest group of the cause, else the one of the promise that has only just recovered."""
    near = groups.near(episode)
    same = next((group for group in near if name in group.names), None)
    if same is not None or name == ("stale",):
        return same
    found = next((group for group in groups.named(name) if _lasts(group, episode, name)), None)
    if found is not None:
        return found
    return next((group for group in near if _flaps(group, episode, name)), None)


def _flaps(group: _Group, episode: Episode, name: tuple[str, ...]) -> bool:
    """Two causes that are known and differ are two incidents, unless the very same failure is back."""
    if ("stale",) in group.names:
        return False
    differ = _is_known(name) and any(map(_is_known, group.names))
    return any(
        goes_on(earlier, episode) and (not differ or is_same_failure(earlier, episode))
        for earlier, _ in group.told
    )


def _lasts(group: _Group, episode: Episode, name: tuple[str, ...]) -> bool:
    """Whether a version that is still live broke the very next update as well: it had never gone."""
    if name[:2] != ("cause", "DEPLOYMENT") or episode.last_good is None:
        return False
    mends = (each.resolved_at for each, _ in group.told if is_same_promise(each, episode))
    return any(mend is not None and episode.last_good <= mend + _SKEW for mend in mends)


def _is_known(name: tuple[str, ...]) -> bool:
    return name[0] == "cause"


def _nearness(episode: Episode, verdict: Verdict | Settled) -> tuple[int, datetime, datetime, str]:
    """Of tasks of one DAG that were not started, the first one stands for it."""
    if isinstance(verdict, Verdict):
        hops = len(verdict.cause.chain) if verdict.cause else 1
        due = verdict.cause.at if verdict.cause else None
    else:
        cause, path, told = (verdict.document[name] for name in ("root_cause", "path", "timeline"))
        hops = sum(step["edge"] == "FEEDS" for step in path) + 1
        times = [entry["time"] for entry in told if cause and entry["what"] == cause["summary"]]
        due = datetime.fromisoformat(times[0]) if times else None
    began = (
        due if due is not None and tuple(verdict.group)[1:2] == ("JOB_NOT_TRIGGERED",) else episode.first_bad
    )
    return hops, began, episode.first_bad, episode.dataset
