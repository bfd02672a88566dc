"""What the assembly keeps, within bounds: signals, episodes, and the explanations of those that mended."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engines.signal import Signal

from .episodes import Episode
from .settled import Settled

Document: TypeAlias = dict[str, Any]
_MOST_SIGNALS, _MOST_EPISODES = 5_000, 2_000


@dataclass(slots=True)
class Ledger:
    """What the assembly keeps: signals by id, episodes by key, and what was settled."""

    signals: dict[str, Document] = field(default_factory=dict[str, Document])
    episodes: dict[str, Episode] = field(default_factory=dict[str, Episode])
    settled: dict[str, Settled] = field(default_factory=dict[str, Settled])


class Book:
    """Writes a ledger. ``open`` are its open episodes by data set and track, ``touched`` the changed rows."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.touched: set[str] = set()
        self.open = {
            (each.dataset, each.track): each for each in ledger.episodes.values() if each.resolved_at is None
        }

    def touch(self, episode: Episode) -> None:
        """Note that an episode has changed."""
        self.touched.add(f"episode/{episode.key}")

    def close(self, episode: Episode) -> None:
        """Note that an open episode has mended."""
        self.touch(episode)
        del self.open[episode.dataset, episode.track]

    def forget(self, episode: Episode) -> Settled | None:
        """Take out an episode; returns the explanation it had."""
        self.touched |= {f"episode/{episode.key}", f"settled/{episode.key}"}
        self.ledger.episodes.pop(episode.key, None)
        if episode.resolved_at is None:
            self.open.pop((episode.dataset, episode.track), None)
        return self.ledger.settled.pop(episode.key, None)

    def hold(self, episode: Episode, settled: Settled | None) -> None:
        """Put in an episode, with the explanation it is to keep, if any."""
        self.touch(episode)
        self.ledger.episodes[episode.key] = episode
        if episode.resolved_at is None:
            self.open[episode.dataset, episode.track] = episode
        if settled is not None:
            self.touched.add(f"settled/{episode.key}")
            self.ledger.settled[episode.key] = settled

    def remember(self, signal: Signal) -> None:
        """Put in a signal; the oldest goes where there are too many."""
        self.ledger.signals[signal.signal_id] = signal.document()
        self.touched.add(f"signal/{signal.signal_id}")
        while len(self.ledger.signals) > _MOST_SIGNALS:
            gone = next(iter(self.ledger.signals))
            del self.ledger.signals[gone]
            self.touched.add(f"signal/{gone}")

    def keep(self, episode: Episode) -> None:
        """Put in an episode; one that has mended goes where there are too many."""
        self.hold(episode, None)
        while len(self.ledger.episodes) > _MOST_EPISODES:
            gone = next((key for key, each in self.ledger.episodes.items() if each.resolved_at), None)
            if gone is None:
                return
            self.forget(self.ledger.episodes[gone])
