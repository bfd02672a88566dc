"""What there is to say to one receiver about one incident. Pure: the same arguments give the same answer.

Each receiver has a memory of its own (``Told``), so that a route added later, a gate
that opens or a severity that rises past a filter is told from the beginning, and an
end is told to exactly those who heard of something.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from .hears import Receiver, may_say, wants, wants_warning
from .model import Asset, Kind, Notice, Policy, Snapshot, Told


@dataclass(frozen=True, slots=True)
class Ear:
    """A receiver by its name."""

    name: str
    receiver: Receiver


@dataclass(frozen=True, slots=True)
class Decision:
    """What to say, and what the receiver knows afterwards (None: nothing at all)."""

    notices: tuple[Notice, ...]
    told: Told | None


def decide(
    seen: Snapshot, previous: Told | None, policy: Policy, *, ear: Ear, now: datetime,
    earlier: Told | None = None,
) -> Decision:  # fmt: skip
    """Compare an incident with what the receiver knows of it.

    ``earlier`` is what it knows of the last other incident with the same subject: an
    incident that ends and comes back under a new id flaps all the same.
    """
    known = previous or _blank(seen, policy, now, earlier)
    if not seen.is_open:
        return _ended(seen, known, policy, ear, now, has_memory=previous is not None)
    if known.is_open:
        return _goes_on(seen, known, policy, ear, now)
    if wants(ear.receiver, seen):
        return _opens(seen, known, policy, ear, now)
    return _warns(seen, known, policy, ear, now, has_memory=previous is not None)


def _blank(seen: Snapshot, policy: Policy, now: datetime, earlier: Told | None) -> Told:
    openings = earlier.openings if earlier else ()
    hushed = earlier is not None and earlier.hushed and now - earlier.changed_at < policy.calm
    return Told(seen.incident_id, seen.subject, now, openings=openings, hushed=hushed)


def _opens(seen: Snapshot, known: Told, policy: Policy, ear: Ear, now: datetime) -> Decision:
    recent = (*(each for each in known.openings if now - each < policy.calm), now)
    told = replace(
        known, is_open=True, changed_at=now, opening=known.opening + 1, severity=seen.severity,
        openings=recent[-(policy.flaps + 1) :], escalated=False,
    )  # fmt: skip
    if len(recent) <= policy.flaps and not known.hushed:
        return _saying(Kind.REOPENED if known.opening else Kind.OPENED, seen, told, ear, now)
    if known.hushed:
        return Decision((), told)
    return _saying(Kind.FLAPPING, seen, replace(told, hushed=True), ear, now)


def _goes_on(seen: Snapshot, known: Told, policy: Policy, ear: Ear, now: datetime) -> Decision:
    if known.hushed and now - known.changed_at < policy.calm:
        return Decision((), known)
    told = replace(known, hushed=False)
    if not wants(ear.receiver, seen):
        return Decision((), told)
    notices: tuple[Notice, ...] = ()
    if known.hushed and not known.said:
        first = _saying(Kind.OPENED, seen, replace(told, severity=seen.severity), ear, now)
        notices, told = first.notices, first.told or told
    since = seen.opened_at if told.opening == 1 else told.changed_at
    if not told.escalated and now - since >= policy.limit(seen.tier):
        insists = _saying(Kind.ESCALATED, seen, told, ear, now)
        notices += insists.notices
        if insists.notices:
            worst = min(seen.severity, told.severity)
            told = replace(insists.told or told, escalated=True, severity=worst)
    if seen.severity < told.severity:
        worse = _saying(Kind.RAISED, seen, told, ear, now)
        notices += worse.notices
        told = replace(worse.told or told, severity=seen.severity) if worse.notices else told
    return Decision(notices, told)


def _ended(
    seen: Snapshot, known: Told, policy: Policy, ear: Ear, now: datetime, *, has_memory: bool
) -> Decision:
    if not has_memory:
        return Decision((), None)
    if known.is_open or known.warned:
        told = replace(known, is_open=False, warned=(), changed_at=now)
        return Decision((), told) if known.hushed else _end(seen, told, ear, now)
    if known.hushed and now - known.changed_at >= policy.calm:
        return _end(seen, replace(known, hushed=False), ear, now)
    return Decision((), known)


def _end(seen: Snapshot, told: Told, ear: Ear, now: datetime) -> Decision:
    """Tell the end to whoever heard of a beginning, whatever the gate says by now."""
    after = replace(told, said=False, escalated=False, ended=told.ended + 1)
    kinds = ear.receiver.kinds
    if not told.said or (kinds and Kind.RESOLVED not in kinds):
        return Decision((), after)
    notice = replace(_notice(Kind.RESOLVED, seen, after, ear, now), closes=_threads(told))
    return Decision((notice,), after)


def _warns(
    seen: Snapshot, known: Told, policy: Policy, ear: Ear, now: datetime, *, has_memory: bool
) -> Decision:
    """Warn owners downstream while their deadline is ahead and near."""
    if known.hushed:
        return Decision((), known if has_memory else None)
    assets = [
        each for each in seen.at_risk
        if each.urn not in known.warned
        and now < each.due <= now + policy.warn_within
        and wants_warning(ear.receiver, seen, each)
    ]  # fmt: skip
    if not assets:
        return Decision((), known if has_memory else None)
    warned = (*known.warned, *(each.urn for each in assets))
    told = replace(known, said=True, changed_at=now, warned=warned)
    by_team: dict[str, list[Asset]] = {}
    for each in sorted(assets, key=lambda asset: (asset.due, asset.urn)):
        by_team.setdefault(each.team, []).append(each)
    notices = tuple(_warning(seen, told, ear, now, team, found) for team, found in by_team.items())
    return Decision(notices, told)


def _warning(seen: Snapshot, told: Told, ear: Ear, now: datetime, team: str, assets: list[Asset]) -> Notice:
    mark = f"{told.ended}.{team}.{len(told.warned)}"
    made = _notice(Kind.AT_RISK, seen, told, ear, now)
    return replace(made, team=team, assets=tuple(assets), key=f"{seen.incident_id}/{Kind.AT_RISK}/{mark}")


def _saying(kind: Kind, seen: Snapshot, told: Told, ear: Ear, now: datetime) -> Decision:
    if not may_say(ear.receiver, kind, seen.gate):
        return Decision((), told)
    return Decision((_notice(kind, seen, told, ear, now),), replace(told, said=True))


def _notice(kind: Kind, seen: Snapshot, told: Told, ear: Ear, now: datetime) -> Notice:
    mark = told.ended if kind is Kind.RESOLVED else told.opening
    key = f"{seen.incident_id}/{kind}/{mark}" + (f".{seen.severity}" if kind is Kind.RAISED else "")
    return Notice(kind, ear.name, key, _team(ear, seen), seen, now, told.opening)


def _team(ear: Ear, seen: Snapshot) -> str:
    """The team it is meant for: the first that the route names, else the owner."""
    named = [each for each in seen.teams if each in ear.receiver.match.teams]
    return next(iter([*named, *seen.teams]), "")


def _threads(told: Told) -> tuple[str, ...]:
    escalation = (escalation_thread(told.incident_id, told.opening),) if told.escalated else ()
    return (told.incident_id, *escalation)


def escalation_thread(incident_id: str, opening: int) -> str:
    """An escalation is a thread of its own, so that a pager rings for it although the incident is known."""
    return f"{incident_id}/escalated/{opening}"
