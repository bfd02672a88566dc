"""Concurrent appends share one fsync: whoever holds the pen writes what everyone handed in."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Ticket(Generic[Work, Result]):
    work: Work
    result: Result | None = None
    error: Exception | None = None
    done: bool = False


class GroupCommit(Generic[Work, Result]):
    """Runs ``commit`` on all work handed in while the previous commit was under way."""

    def __init__(self, commit: Callable[[Sequence[Work]], Sequence[Result]], limit: int = 256) -> None:
        self._commit = commit
        self._limit = limit
        self._queue: list[_Ticket[Work, Result]] = []
        self._queue_lock = threading.Lock()
        self._pen = threading.Lock()

    def run(self, work: Work) -> Result:
        """Return the result of ``work`` once the commit that carried it has returned.

        Raises:
            Exception: whatever that commit raised.
        """
        ticket = _Ticket[Work, Result](work)
        with self._queue_lock:
            self._queue.append(ticket)
        while not ticket.done:
            with self._pen:
                if not ticket.done:
                    self._write_group()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.result is not None  # noqa: S101 - set together with done
        return ticket.result

    def _write_group(self) -> None:
        with self._queue_lock:
            group, self._queue = self._queue[: self._limit], self._queue[self._limit :]
        try:
            results = self._commit([ticket.work for ticket in group])
        except Exception as error:  # noqa: BLE001 - handed to every waiting caller
            for ticket in group:
                ticket.error, ticket.done = error, True
        else:
            for ticket, result in zip(group, results, strict=True):
                ticket.result, ticket.done = result, True
