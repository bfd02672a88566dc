"""Signals become episodes, and episodes with one cause become one incident.

The second stage (docs/decisions/0002-two-stages.md): it sees signals and the graph,
never events. What is open is explained when asked; what has mended keeps the
explanation it had at that moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from engines.signal import Signal
from graph.model import Edge, Node, NodeRef
from graph.port import GraphStore
from signal_factory.times import format_time

from .episodes import Episode, amended, joined, opened
from .explain import Scene, Verdict, decide, report
from .incident import founder_of, incident_document
from .paths import edges_of

Document: TypeAlias = dict[str, Any]
SAME_CAUSE = timedelta(hours=3)
RECURRENCE = timedelta(days=30)
_MOST_SIGNALS, _MOST_EPISODES = 5_000, 2_000


@dataclass(slots=True)
class Settled:
    """An episode that has mended, with its verdict as it was then."""

    group: list[str]
    document: Document


@dataclass(slots=True)
class Ledger:
    """What the assembly keeps: signals by id, episodes by key, and what was settled."""

    signals: dict[str, Document] = field(default_factory=dict[str, Document])
    episodes: dict[str, Episode] = field(default_factory=dict[str, Episode])
    settled: dict[str, Settled] = field(default_factory=dict[str, Settled])


class Assembly:
    """Folds signals into episodes and answers with incidents."""

    def __init__(self, store: GraphStore, ledger: Ledger | None = None) -> None:
        self._store = store
        self.ledger = ledger or Ledger()
        self.touched: set[str] = set()
        self._open = {
            (each.dataset, each.track): each
            for each in self.ledger.episodes.values()
            if each.resolved_at is None
        }

    def observe(self, signal: Signal, *, is_stale: bool) -> Episode | None:
        """Take in a signal; returns the episode that it ends, if any."""
        self._remember(signal)
        if not signal.track:
            return None
        known = self._open.get((signal.subject, signal.track))
        if signal.is_bad:
            episode = amended(known, signal) if known else opened(signal, is_stale=is_stale)
            self._keep(episode)
            return None
        if known is None:
            return None
        known.resolved_at = signal.at
        known.signal_ids.append(signal.signal_id)
        self.touched.add(f"episode/{known.key}")
        del self._open[known.dataset, known.track]
        return known

    def settle(self, episode: Episode, now: datetime) -> None:
        """Keep the explanation of an episode that has just mended."""
        if episode.promise:
            verdict = decide(self._store, episode, now)
            document, _ = self._explained(episode, verdict, [episode])
            self.ledger.settled[episode.key] = Settled(list(verdict.group), document)
            self.touched.add(f"settled/{episode.key}")

    def incidents(self, now: datetime, silenced: Mapping[str, datetime] | None = None) -> list[Document]:
        """All incidents, newest first.

        ``silenced`` are signal types that open none any more, and since when (``copilot.budget``).
        """
        groups = self._groups(now, silenced or {})
        found = [self._incident(group) for group in groups]
        _note_recurrences(found)
        return sorted(found, key=lambda each: (each["created_at"], each["incident_id"]), reverse=True)

    def hurt(self) -> dict[str, str]:
        """Data sets that are broken now, by track."""
        return {dataset: track.partition(":")[0] for dataset, track in sorted(self._open)}

    def states(self) -> dict[str, str]:
        """The worst open state by data set."""
        found: dict[str, str] = {}
        for episode in self._open.values():
            found[episode.dataset] = max(
                found.get(episode.dataset, "OK"), episode.state, key=("OK", "WARNING", "CRITICAL").index
            )
        return found

    def rename(self, old: str, new: str) -> None:
        """Two names turned out to be one table; what is broken under both is one episode."""
        for episode in [each for each in self.ledger.episodes.values() if each.dataset == old]:
            settled = self._forget(episode)
            episode.dataset = new
            twin = self._open.get((new, episode.track)) if episode.resolved_at is None else None
            if twin is not None:
                self._forget(twin)
                episode = joined(twin, episode)
            self._hold(episode, settled)

    def _forget(self, episode: Episode) -> Settled | None:
        self.touched |= {f"episode/{episode.key}", f"settled/{episode.key}"}
        self.ledger.episodes.pop(episode.key, None)
        if episode.resolved_at is None:
            self._open.pop((episode.dataset, episode.track), None)
        return self.ledger.settled.pop(episode.key, None)

    def _hold(self, episode: Episode, settled: Settled | None) -> None:
        self.touched.add(f"episode/{episode.key}")
        self.ledger.episodes[episode.key] = episode
        if episode.resolved_at is None:
            self._open[episode.dataset, episode.track] = episode
        if settled is not None:
            self.touched.add(f"settled/{episode.key}")
            self.ledger.settled[episode.key] = settled

    def _remember(self, signal: Signal) -> None:
        self.ledger.signals[signal.signal_id] = signal.document()
        self.touched.add(f"signal/{signal.signal_id}")
        while len(self.ledger.signals) > _MOST_SIGNALS:
            gone = next(iter(self.ledger.signals))
            del self.ledger.signals[gone]
            self.touched.add(f"signal/{gone}")

    def _keep(self, episode: Episode) -> None:
        self._hold(episode, None)
        while len(self.ledger.episodes) > _MOST_EPISODES:
            gone = next((key for key, each in self.ledger.episodes.items() if each.resolved_at), None)
            if gone is None:
                return
            self._forget(self.ledger.episodes[gone])

    def _groups(
        self, now: datetime, silenced: Mapping[str, datetime]
    ) -> list[list[tuple[Episode, Verdict | Settled]]]:
        """Episodes that break a promise, grouped by cause and time."""
        told = sorted(
            (each for each in self.ledger.episodes.values() if each.promise and _is_heard(each, silenced)),
            key=lambda each: (each.opened_at, each.key),
        )
        groups: list[tuple[tuple[str, ...], list[tuple[Episode, Verdict | Settled]]]] = []
        for episode in told:
            verdict: Verdict | Settled = self.ledger.settled.get(episode.key) or decide(
                self._store, episode, now
            )
            name = ("stale",) if episode.is_stale else tuple(verdict.group)
            home = next(
                (group for other, group in reversed(groups) if other == name and _touch(group, episode)), None
            )
            if home is None:
                groups.append((name, [(episode, verdict)]))
            else:
                home.append((episode, verdict))
        return [group for _, group in groups]

    def _explained(
        self, episode: Episode, verdict: Verdict, all_: list[Episode]
    ) -> tuple[Document, list[Edge]]:
        owner = verdict.world.text("Dataset", episode.dataset, "owner_team")
        also = tuple(sorted({each.dataset for each in all_} - {episode.dataset}))
        scene = Scene(founder_of(all_).incident_id, also, self.hurt(), owner)
        document, steps = report(self._store, episode, verdict, scene)
        return document, edges_of(steps, format_time(episode.opened_at)) if steps else []

    def _incident(self, group: list[tuple[Episode, Verdict | Settled]]) -> Document:
        episodes = [episode for episode, _ in group]
        lead, verdict = min(group, key=lambda each: _nearness(*each))
        if isinstance(verdict, Verdict):
            rca, edges = self._explained(lead, verdict, episodes)
            self._draw(lead, rca, edges)
        else:
            rca = verdict.document | {"incident_id": founder_of(episodes).incident_id}
        return incident_document(self._store, lead, episodes, rca)

    def _draw(self, lead: Episode, rca: Document, edges: Iterable[Edge]) -> None:
        """Put the incident and its path into the graph, where the printed queries find them."""
        cause = rca["root_cause"]
        node = Node(
            NodeRef("Incident", rca["incident_id"]),
            {
                "created_at": format_time(lead.opened_at),
                "dataset_urn": lead.dataset, "verdict": rca["verdict"],
                "confidence": float(rca["confidence"]["score"]),
                **({"cause_kind": cause["kind"], "cause_key": cause["entity"]["key"]} if cause else {}),
            },
            format_time(lead.opened_at),
        )  # fmt: skip
        if not self._store.read_only:
            self._store.upsert([node], edges)


def _is_heard(episode: Episode, silenced: Mapping[str, datetime]) -> bool:
    since = silenced.get(episode.signal_type)
    return since is None or episode.opened_at < since


def _touch(group: list[tuple[Episode, Verdict | Settled]], episode: Episode) -> bool:
    """Whether an episode belongs to a group's time: it was open, or had just mended."""
    ends = [each.resolved_at for each, _ in group]
    return any(end is None or episode.first_bad <= end + SAME_CAUSE for end in ends)


def _nearness(episode: Episode, verdict: Verdict | Settled) -> tuple[int, datetime, str]:
    """The incident's own data set is the broken one nearest to the cause."""
    if isinstance(verdict, Verdict):
        hops = len(verdict.cause.chain) if verdict.cause else 1
    else:
        hops = sum(1 for step in verdict.document["path"] if step["edge"] == "FEEDS") + 1
    return hops, episode.first_bad, episode.dataset


def _note_recurrences(incidents: list[Document]) -> None:
    """Name earlier incidents of the same cause within thirty days (contract rule 16)."""
    by_cause: dict[str, list[Document]] = {}
    for each in sorted(incidents, key=lambda one: (one["created_at"], one["incident_id"])):
        cause = each["rca"]["root_cause"]
        if cause is None:
            continue
        earlier = by_cause.setdefault(f"{cause['kind']}\x1f{cause['entity']['key']}", [])
        recent = [one["incident_id"] for one in earlier if _within(one, each)]
        if recent:
            each["impact"]["recurrence_of"] = recent[-5:]
        earlier.append(each)


def _within(earlier: Document, later: Document) -> bool:
    return (
        datetime.fromisoformat(later["created_at"]) - datetime.fromisoformat(earlier["created_at"])
        <= RECURRENCE
    )
