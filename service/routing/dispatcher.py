"""Compares incidents with what each receiver was told, and puts what is new into the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from copilot.readmodel import ReadModel

from .config import AnyRoute, Routes
from .decide import Ear, decide
from .directory import Directory
from .hears import wants
from .memory import Memories, Memory
from .message import message_of
from .model import Policy, Snapshot
from .outbox import Change, Outbox
from .snapshots import ended, open_incidents


@dataclass(slots=True)
class Dispatcher:
    """One look at a time. ``now`` is the time of the engine, ``wall`` that of the receivers."""

    routes: Routes
    model: ReadModel
    directory: Directory
    memories: Memories
    outbox: Outbox
    now: Callable[[], datetime]
    wall: Callable[[], datetime]

    def look(self) -> int:
        """Decide for every incident that is open or was followed; how many messages that made.

        Raises:
            BackendUnavailable: nothing of this look was kept; the next one finds it again.
        """
        found = self.changes()
        wall = self.wall().timestamp()
        if found:
            self.outbox.record(found, wall)
            for change in found:
                self.memories.remember(change.route, change.memory)
        self.outbox.fold(wall, {name for name, route in self.routes.to.items() if route.is_pager})
        return sum(len(change.messages) for change in found)

    def changes(self) -> list[Change]:
        """What a look would do now, without doing it."""
        return changes(self.routes, self.model, self.directory, self.memories, self.now())

    def purge(self) -> None:
        """Forget what was settled long ago."""
        before = self.wall().timestamp() - self.routes.keep_days * 86_400
        self.memories.forget_before(self.outbox.purge(before))


def changes(
    routes: Routes, model: ReadModel, directory: Directory, memories: Memories, now: datetime
) -> list[Change]:
    """What there is to say and to remember: ends first, then what is open, oldest first."""
    found = {each.incident_id: each for each in open_incidents(model, directory)}
    for _, memory in memories.live():
        if memory.told.incident_id not in found:
            found[memory.told.incident_id] = ended(memory.seen, model, directory)
    order = sorted(found.values(), key=lambda each: (each.is_open, each.opened_at, each.incident_id))
    policy = routes.policy()
    made = [
        _change(seen, name, route, memories, policy, routes, now)
        for seen in order
        for name, route in routes.to.items()
    ]
    return [each for each in made if each is not None]


def _change(
    seen: Snapshot, name: str, route: AnyRoute, memories: Memories, policy: Policy, routes: Routes,
    now: datetime,
) -> Change | None:  # fmt: skip
    known = memories.get(name, seen.incident_id)
    decision = decide(
        seen, known.told if known else None, policy, ear=Ear(name, route), now=now,
        earlier=memories.of_subject(name, seen),
    )  # fmt: skip
    if decision.told is None or (known is not None and decision.told == known.told):
        return None
    messages = [message_of(each, routes.base_url, routes.page_url) for each in decision.notices]
    return Change(name, Memory(decision.told, seen), tuple(messages), route.is_pager)


def audience(routes: Mapping[str, AnyRoute], seen: Snapshot) -> list[str]:
    """The routes that follow an incident."""
    return [name for name, route in routes.items() if wants(route, seen)]
