"""One event in, facts out: the only door from envelopes to facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.facts import Fact, Registered, RunSeen
from signal_factory.errors import InvalidEvent
from signal_factory.ids import content_hash
from signal_factory.times import format_time
from signal_factory.wire import (
    DatasetRegistration,
    Deployment,
    Envelope,
    Evidence,
    JobEvent,
    MappingRule,
    OpenLineageEvent,
    Tick,
    WriteEvent,
    parse_body,
)

from .clocks import not_ahead
from .from_events import (
    from_deployment,
    from_evidence,
    from_job_event,
    from_mapping,
    from_registration,
    from_write_event,
)
from .identity import Identity
from .openlineage import from_openlineage

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Translated:
    """Facts of one event, the names it moved, and what of it found no place."""

    facts: tuple[Fact, ...]
    moved: tuple[tuple[str, str], ...] = ()
    unplaced: tuple[str, ...] = ()
    is_tick: bool = False


def translate(envelope: Envelope, identity: Identity) -> Translated:
    """The facts of one event.

    Raises:
        InvalidEvent: the body does not have the shape of its kind.
    """
    _check_time(envelope.time)
    body = parse_body(envelope.kind, envelope.body)
    if isinstance(body, Tick):
        return Translated((), is_tick=True)
    if isinstance(body, MappingRule):
        order = f"{format_time(envelope.time)}{content_hash(dict(envelope.body))}"
        moved = identity.learn_rule(body, order)
        return Translated(tuple(from_mapping(body, envelope.time)), tuple(moved))
    if isinstance(body, DatasetRegistration):
        moved = identity.learn_registration(body)
        facts = (Registered(envelope.time, body.urn, body), *from_registration(body, envelope.time))
        return Translated(facts, tuple(moved))
    unplaced = body.unplaced if isinstance(body, OpenLineageEvent) else ()
    facts = tuple(_facts(body, envelope, identity))
    for fact in facts:
        _check_times(fact)
    return Translated(tuple(not_ahead(fact, envelope.time) for fact in facts), unplaced=unplaced)


def _check_times(fact: Fact) -> None:
    """No engine can count on from the ends of the calendar, nor look at every day until then."""
    told = (fact.at, fact.started_at, fact.scheduled_at) if isinstance(fact, RunSeen) else (fact.at,)
    for moment in told:
        if moment is not None:
            _check_time(moment)


def _check_time(moment: datetime) -> None:
    if not _EARLIEST <= moment < _LATEST:
        raise InvalidEvent(f"time out of range: {moment.isoformat()}", hint="Use years 1970 to 2099.")


def _facts(
    body: Evidence | Deployment | JobEvent | WriteEvent | OpenLineageEvent,
    envelope: Envelope,
    identity: Identity,
) -> Iterator[Fact]:
    if isinstance(body, Evidence):
        return from_evidence(body, envelope.time, identity)
    if isinstance(body, OpenLineageEvent):
        return from_openlineage(body, identity)
    if isinstance(body, JobEvent):
        return from_job_event(body, identity)
    if isinstance(body, WriteEvent):
        return from_write_event(body, identity)
    return from_deployment(body, identity, "" if "service" in envelope.body else "cdevents")
