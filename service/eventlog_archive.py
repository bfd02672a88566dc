"""Events that have left the log: slices of it, each a file of the archive, each event as it was received.

A slice is a run of numbers received on one day. Its file is written once, read back, and
only then does the log know of it, so that a slice half written is none.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from graph.retention.parquet import decoded, encoded
from graph.retention.places import Place
from signal_factory.errors import BackendUnavailable

Stored = tuple[int, bytes, str, str, str, str]
"""Number, identity, time, kind, body and time of reception, as a row of the log has them."""

COLUMNS: Final = ("seq", "identity", "time", "kind", "body", "received_at")
_MOST_KNOWN = 16
_HINT: Final = (
    "Put the archive back from a backup, or set `archive_url` to where it is: nothing else holds them."
)


class Slice(NamedTuple):
    """Events ``first`` to ``last``, received on ``day``, and the least and greatest time they tell."""

    first: int
    last: int
    day: str
    own_from: str
    own_to: str

    @property
    def path(self) -> str:
        """Where it lies in the archive."""
        return f"events/day={self.day}/{self.first:012d}-{self.last:012d}.parquet"


class ArchivedEvents:
    """Slices of the log in the archive. Threads may share it."""

    def __init__(self, place: Callable[[], Place]) -> None:
        """``place`` is asked for once something is to be read or written."""
        self._open = place
        self._opened: Place | None = None
        self._known: OrderedDict[int, dict[bytes, int]] = OrderedDict()
        self._last_read: tuple[Slice, list[Stored]] | None = None

    def write(self, told: Slice, rows: Sequence[Stored]) -> None:
        """Put a slice there, whole, and make sure that it can be read.

        Raises:
            BackendUnavailable: it is not there, and the log must keep its events.
            ConfigurationError: pyarrow is not installed.
        """
        self._place.write(told.path, encoded([_row(each) for each in rows], COLUMNS))
        if self._read(told) != list(rows):
            raise BackendUnavailable(f"the archive did not keep {told.path}", hint=_HINT)

    def read(self, told: Slice) -> list[Stored]:
        """The events of a slice, in their order.

        Raises:
            BackendUnavailable: they cannot be read, or are not what was written.
        """
        known = self._last_read
        if known is None or known[0] != told:
            found = self._read(told)
            if found is None:
                raise BackendUnavailable(
                    f"events {told.first} to {told.last} are not in the archive any more: {told.path}",
                    hint=_HINT,
                )
            known = self._last_read = (told, found)
        return known[1]

    def numbers(self, told: Slice) -> dict[bytes, int]:
        """The numbers of a slice's events by their identity; none where its file was taken away.

        Raises:
            BackendUnavailable: it cannot be read.
        """
        known = self._known.get(told.first)
        if known is None:
            known = {identity: seq for seq, identity, *_ in self._read(told) or ()}
            self._known[told.first] = known
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return known

    @property
    def _place(self) -> Place:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _read(self, told: Slice) -> list[Stored] | None:
        data = self._place.read(told.path)
        if data is None:
            return None
        try:
            rows = decoded(data, told.path, COLUMNS)
        except BackendUnavailable as error:
            raise BackendUnavailable(str(error), hint=_HINT) from None
        return [
            (int(row["seq"]), bytes.fromhex(row["identity"]), *(row[name] for name in COLUMNS[2:]))  # type: ignore[misc]
            for row in rows
        ]


def _row(stored: Stored) -> dict[str, str]:
    seq, identity, *others = stored
    return dict(zip(COLUMNS, (str(seq), identity.hex(), *others), strict=True))
