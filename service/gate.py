"""One engine, many askers: exclusive turns, in which a waiting reader goes before the writer."""

import threading
from collections.abc import Generator
from contextlib import contextmanager


class Gate:
    """A lock whose writer yields to waiting readers, so that a backlog never starves a question."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._busy = False
        self._waiting_readers = 0

    @contextmanager
    def reading(self) -> Generator[None]:
        """Hold the engine still; no event is half applied."""
        with self._condition:
            self._waiting_readers += 1
            self._condition.wait_for(lambda: not self._busy)
            self._waiting_readers -= 1
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
