"""One engine, many askers: exclusive turns, in which a waiting reader goes before the writer."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from signal_factory.errors import BackendUnavailable

PATIENCE_S: Final = 10.0
"""How long a question waits for its turn: who writes may wait for a server that does not answer."""


class Gate:
    """A lock whose writer yields to waiting readers, so that a backlog never starves a question."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._condition = threading.Condition()
        self._busy = False
        self._waiting_readers = 0

    @contextmanager
    def reading(self) -> Generator[None]:
        """Hold the engine still; no event is half applied.

        Raises:
            BackendUnavailable: it was not still for so long that a server must be away.
        """
        with self._condition:
            self._waiting_readers += 1
            is_still = self._condition.wait_for(lambda: not self._busy, self._patience_s)
            self._waiting_readers -= 1
            if not is_still:
                self._condition.notify_all()
                raise _held_up(self._patience_s)
            self._busy = True
        yield from self._leave()

    @contextmanager
    def writing(self) -> Generator[None]:
        """Change the engine, once no reader waits."""
        with self._condition:
            self._condition.wait_for(lambda: not self._busy and not self._waiting_readers)
            self._busy = True
        yield from self._leave()

    def _leave(self) -> Generator[None]:
        try:
            yield
        finally:
            with self._condition:
                self._busy = False
                self._condition.notify_all()


def _held_up(seconds: float) -> BackendUnavailable:
    return BackendUnavailable(
        f"nothing could be read for {seconds:g} s: the graph or the state store does not answer",
        hint="Ask again in a moment; /ready says which of them is away.",
    )
