"""The recordings that come with the project: one folder each, with the events in it."""

from dataclasses import dataclass
from pathlib import Path

from signal_factory.errors import BackendUnavailable, InvalidEvent
from signal_factory.wire import Envelope, read_line

EVENTS = "events.ndjson"
_SIDE_BY_SIDE = frozenset({"001-contract-break", "007-red-herring"})


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded stream of events and what it is called."""

    name: str
    lines: tuple[str, ...]

    def envelopes(self) -> list[Envelope]:
        """The events that can be read, in the order of their time."""
        found: list[Envelope] = []
        for line in self.lines:
            try:
                found.append(read_line(line))
            except InvalidEvent:
                continue
        return sorted(found, key=lambda envelope: envelope.time)


def shipped() -> list[Recording]:
    """The recordings in ``fixtures/`` beside the packages, by name.

    Raises:
        BackendUnavailable: there are none.
    """
    folder = Path(__file__).resolve().parents[1] / "fixtures"
    paths = sorted(folder.glob(f"*/{EVENTS}"))
    if not paths:
        raise BackendUnavailable(
            f"no recordings in {folder}",
            hint="Run `sf demo` from a checkout: recordings are not in the wheel.",
        )
    return [_recording(path) for path in paths]


def side_by_side(recordings: list[Recording]) -> list[Recording]:
    """Those that one server can show at once, each as it is on its own.

    The others are variants on the same tables, or last so long that what an earlier
    one promised daily would fall due again and again.
    """
    return [each for each in recordings if each.name in _SIDE_BY_SIDE]


def _recording(path: Path) -> Recording:
    lines = path.read_text(encoding="utf-8").split("\n")
    return Recording(path.parent.name, tuple(line for line in lines if line.strip()))
