"""What goes on behind the faces of a process that answers."""

from collections.abc import Callable
from typing import Protocol


class Work(Protocol):
    """What goes on behind the faces: events applied here, or what another process kept read along."""

    @property
    def applied(self) -> int:
        """The sequence number of the last event whose effect shows."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        ...

    @property
    def failure(self) -> str | None:
        """What holds it up."""
        ...

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End."""
        ...

    def notify(self) -> None:
        """There is something new."""
        ...

    def wait_applied(self, seq: int, timeout_s: float) -> bool:
        """Wait until the event ``seq`` shows; False when ``timeout_s`` passed first."""
        ...

    def change(self, action: Callable[[], object]) -> None:
        """Run something else that changes the engine."""
        ...
