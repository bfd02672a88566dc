"""Compares incidents with what each receiver was told, and puts what is new into the outbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.readmodel import ReadModel

from .config import AnyRoute, Routes
from .decide import Ear, decide
from .directory import Directory
from .memory import Memories, Memory
from .message import message_of
from .model import Snapshot
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
        changes = self.changes()
        wall = self.wall().timestamp()
        if changes:
            self.outbox.record(changes, wall)
            for change in changes:
                self.memories.remember(change.route, change.memory)
        self.outbox.fold(wall, {name for name, route in self.routes.to.items() if route.is_pager})
        return sum(len(change.messages) for change in changes)

    def changes(self) -> list[Change]:
        """What a look would do now, without doing it."""
        now = self.now()
        found = {each.incident_id: each for each in open_incidents(self.model, self.directory, now)}
        for _, memory in self.memories.live():
            if memory.told.incident_id not in found:
                found[memory.told.incident_id] = ended(memory.seen, self.model, self.directory, now)
        policy = self.routes.policy()
        changes: list[Change] = []
        for seen in sorted(found.values(), key=lambda each: (each.is_open, each.opened_at, each.incident_id)):
            for name, route in self.routes.to.items():
                known = self.memories.get(name, seen.incident_id)
                decision = decide(
                    seen, known.told if known else None, policy, ear=Ear(name, route), now=now,
                    earlier=self.memories.of_subject(name, seen),
                )  # fmt: skip
                if decision.told is not None and (known is None or decision.told != known.told):
                    messages = tuple(
                        message_of(each, self.routes.base_url, self.routes.page_url)
                        for each in decision.notices
                    )
                    changes.append(Change(name, Memory(decision.told, seen), messages, route.is_pager))
        return changes

    def purge(self) -> None:
        """Forget what was settled long ago."""
        before = self.wall().timestamp() - self.routes.keep_days * 86_400
        self.memories.forget_before(self.outbox.purge(before))


def audience(routes: dict[str, AnyRoute], seen: Snapshot) -> list[str]:
    """The routes that follow an incident."""
    from .hears import wants

    return [name for name, route in routes.items() if wants(route, seen)]
