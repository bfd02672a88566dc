"""Signals become episodes, and episodes with one cause become one incident.

The second stage (docs/decisions/0002-two-stages.md): it sees signals and the graph,
never events. What is open is explained when asked; what has mended keeps the
explanation it had at that moment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from engines.signal import Signal
from graph.model import Edge, Node, NodeRef
from graph.port import GraphStore
from signal_factory.times import format_time

from .atrisk import Due, at_risk, nothing_due
from .episodes import Episode, amended, joined, opened, was_told_late
from .escalation import LIMITS, passes_limit
from .explain import Verdict, decide
from .grouping import Told, grouped, lead_of, origin_of
from .incident import Broken, founder_of, incident_document
from .ledger import Book, Ledger
from .mending import mended_by
from .recurrence import note_recurrences
from .remarks import remarked
from .report import Scene, report
from .report.folded import as_of, reaches_back
from .report.paths import edges_of, steps_told
from .settled import Settled

__all__ = ["Assembly", "Ledger", "Outside", "Settled"]

Document: TypeAlias = dict[str, Any]
Ended: TypeAlias = tuple[tuple[str, ...], tuple[tuple[int, timedelta], ...]]
"""An incident that has ended: its episodes, and the limits that it escalated by."""
_ABOUT = ("name", "tier", "classification", "owner_team", "runbook_url")


@dataclass(frozen=True, slots=True)
class Outside:
    """What incidents depend on besides signals and the graph.

    ``silenced`` are signal types that open none any more, and since when
    (``copilot.budget``). ``limits`` say by tier how long one may stay open.
    ``due`` is the deadline a data set still has to meet. ``said`` is what people
    named as the cause of an incident, by its id.
    """

    silenced: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    limits: Mapping[int, timedelta] = field(default_factory=lambda: LIMITS)
    due: Due = nothing_due
    said: Mapping[str, str] = field(default_factory=dict[str, str])


class Assembly:
    """Folds signals into episodes and answers with incidents."""

    def __init__(self, store: GraphStore, ledger: Ledger | None = None) -> None:
        self._store = store
        self.ledger = ledger or Ledger()
        self._book = Book(self.ledger)
        self._ended: dict[Ended, Document] = {}

    @property
    def touched(self) -> set[str]:
        """The rows of the ledger that have changed; whoever writes them down clears it."""
        return self._book.touched

    def observe(self, signal: Signal, *, is_stale: bool) -> Episode | None:
        """Take in a signal; returns the episode that it ends, if any."""
        self._book.remember(signal)
        if not signal.track:
            return None
        known = self._book.open.get((signal.subject, signal.track))
        if signal.is_bad:
            if known is not None and known.misses_again(signal):
                known.is_stale = known.is_stale and is_stale
            self._book.keep(amended(known, signal) if known else opened(signal, is_stale=is_stale))
            return None
        if known is None:
            return None
        known.resolved_at = signal.at
        known.is_stale = known.is_stale or was_told_late(known, signal)
        known.signal_ids.append(signal.signal_id)
        self._book.close(known)
        return known

    def turn_stale(self, since: datetime) -> None:
        """What broke after ``since``, when the bus was heard last, may only not have been heard of."""
        for episode in self._silent_since(since):
            episode.is_stale = True
            self._book.touch(episode)

    def is_silent_since(self, since: datetime) -> bool:
        """Whether anything broke after ``since`` that a silent bus would look like, and is not marked so."""
        return any(True for _ in self._silent_since(since))

    def _silent_since(self, since: datetime) -> Iterator[Episode]:
        for episode in self._book.open.values():
            if episode.opened_at > since and episode.is_of_silence and not episode.is_stale:
                yield episode

    def settle(self, episode: Episode, now: datetime) -> None:
        """Keep the explanation of an episode that has just mended; one that was kept before stands."""
        if episode.promise:
            verdict = decide(self._store, episode, now)
            known = self.ledger.settled.get(episode.key)
            kept = known or self._kept(episode, verdict)
            last = self.ledger.signals.get(episode.signal_ids[-1], {})
            kept.mended = mended_by(verdict.world, episode, verdict.cause, last.get("evidence_refs", ()))
            self._book.hold(episode, kept)
            if known is None:
                self._draw_kept(episode, kept)

    def ageing(self, before: datetime) -> list[Episode]:
        """Open episodes whose explanation rests on what was before then, and is not kept yet."""
        return [
            each
            for each in self._book.open.values()
            if each.promise
            and each.key not in self.ledger.settled
            and reaches_back(each.first_bad, None) < before
        ]

    def explanation_of(self, episode: Episode, now: datetime) -> Settled:
        """Its explanation as it is now, to be kept; nothing is changed, so any thread may ask."""
        kept = self._kept(episode, decide(self._store, episode, now))
        kept.document["missing_evidence"].append(as_of(episode.dataset, now))
        return kept

    def keep_explanation(self, episode: Episode, kept: Settled) -> None:
        """Let an open episode stand as it was explained, before what that rests on is folded."""
        if self._book.open.get((episode.dataset, episode.track)) is episode:
            self._book.hold(episode, kept)
            self._draw_kept(episode, kept)

    def _draw_kept(self, episode: Episode, kept: Settled) -> None:
        """Its path must be found in the graph also where nobody had asked before it mended."""
        steps = steps_told(kept.document["path"])
        self._draw(episode, kept.document, edges_of(steps, format_time(episode.opened_at)))

    def _kept(self, episode: Episode, verdict: Verdict) -> Settled:
        document, _ = self._explained(episode, verdict, [(episode, verdict)])
        return Settled(list(verdict.group), document, self._about(episode.dataset))

    def incidents(self, now: datetime, outside: Outside | None = None) -> list[Document]:
        """All incidents, newest first."""
        outside = outside or Outside()
        groups = grouped(self._told(now, outside.silenced))
        ended: dict[Ended, Document] = {}
        found = [self._told_once(group, now, outside, ended) for group in groups]
        self._ended = ended
        note_recurrences(found, outside.said)
        return sorted(found, key=lambda each: (each["created_at"], each["incident_id"]), reverse=True)

    def escalates(self, after: datetime, until: datetime, limits: Mapping[int, timedelta]) -> bool:
        """Whether something that is open may have come to its limit in (``after``, ``until``]."""
        return passes_limit(self._book.open.values(), after, until, limits)

    def hurt(self) -> dict[str, str]:
        """Data sets that are broken now, by track."""
        return {dataset: track.partition(":")[0] for dataset, track in sorted(self._book.open)}

    def states(self) -> dict[str, str]:
        """The worst open state by data set."""
        found: dict[str, str] = {}
        for episode in self._book.open.values():
            found[episode.dataset] = max(
                found.get(episode.dataset, "OK"), episode.state, key=("OK", "WARNING", "CRITICAL").index
            )
        return found

    def rename(self, old: str, new: str) -> None:
        """Two names turned out to be one table; what is broken under both is one episode."""
        for episode in [each for each in self.ledger.episodes.values() if each.dataset == old]:
            settled = self._book.forget(episode)
            episode.dataset = new
            twin = self._book.open.get((new, episode.track)) if episode.resolved_at is None else None
            if twin is not None:
                self._book.forget(twin)
                episode = joined(twin, episode)
            self._book.hold(episode, settled)

    def _told(self, now: datetime, silenced: Mapping[str, datetime]) -> list[Told]:
        """Episodes that break a promise with what explains them, in order of time."""
        heard = (each for each in self.ledger.episodes.values() if each.promise and _is_heard(each, silenced))
        return [
            (each, self.ledger.settled.get(each.key) or decide(self._store, each, now))
            for each in sorted(heard, key=lambda one: (one.opened_at, one.key))
        ]

    def _explained(
        self, episode: Episode, verdict: Verdict, group: list[Told]
    ) -> tuple[Document, list[Edge]]:
        owner = verdict.world.text("Dataset", episode.dataset, "owner_team")
        episodes = [each for each, _ in group]
        also = tuple(sorted({each.dataset for each in episodes} - {episode.dataset}))
        origins = tuple(sorted({origin_of(*each) for each in group}))
        scene = Scene(founder_of(episodes).incident_id, also, self.hurt(), owner, origins)
        document, steps = report(self._store, episode, verdict, scene)
        return document, edges_of(steps, format_time(episode.opened_at)) if steps else []

    def _told_once(
        self, group: list[Told], now: datetime, outside: Outside, ended: dict[Ended, Document]
    ) -> Document:
        """An incident; one that has ended with all that is known of it does not change any more.

        What is handed out is a copy as deep as ``note_recurrences`` writes.
        """
        settled = (self.ledger.settled.get(each.key) for each, _ in group if each.resolved_at is not None)
        if sum(bool(each and each.about) for each in settled) < len(group):
            return self._incident(group, now, outside)
        key = (tuple(each.key for each, _ in group), tuple(sorted(outside.limits.items())))
        incident = ended[key] = self._ended.get(key) or self._incident(group, now, outside)
        return {**incident, "impact": dict(incident["impact"])}

    def _incident(self, group: list[Told], now: datetime, outside: Outside) -> Document:
        episodes = [episode for episode, _ in group]
        lead, verdict = lead_of(group)
        rca: Document
        if isinstance(verdict, Verdict):
            rca, edges = self._explained(lead, verdict, group)
            self._draw(lead, rca, edges)
        else:
            rca = {**verdict.document, "incident_id": founder_of(episodes).incident_id}
        about = {episode.dataset: self._known_of(episode) for episode in episodes}
        is_open = any(each.resolved_at is None for each in episodes)
        waiting = at_risk(self._store, rca["blast_radius"], outside.due, now) if is_open else []
        incident = incident_document(
            Broken(lead, episodes, about, self._mended(episodes), waiting), rca, now, outside.limits
        )
        return incident | {"rca": remarked(incident)}

    def _known_of(self, episode: Episode) -> Document:
        """What is registered of its data set; what was, once it has mended."""
        settled = self.ledger.settled.get(episode.key)
        return (settled.about if settled is not None else {}) or self._about(episode.dataset)

    def _about(self, urn: str) -> Document:
        ref = NodeRef("Dataset", urn)
        node = self._store.get([ref]).get(ref)
        return {name: node.props[name] for name in _ABOUT if name in node.props} if node else {}

    def _mended(self, episodes: list[Episode]) -> Document | None:
        """What ended the last of them that has mended."""
        ended = [(each.resolved_at, each.key) for each in episodes if each.resolved_at is not None]
        settled = self.ledger.settled.get(max(ended)[1]) if ended else None
        return settled.mended if settled is not None else None

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
