"""Why data is wrong: from failing records, tests or volumes to the most upstream table that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from graph.signatures import family_of, field_of, kind_of

from .changes import LEAK, Between, on_data
from .leaning import moved_alike
from .suspects import Suspect, proximity, span
from .unmeasured import Clears, changed_above, is_measured
from .updates import updates_before
from .world import FailureView, World

_DEPTH = 6
_LOOKBACK = timedelta(days=3)
_LEAD = timedelta(hours=6)
_SAME_DAY = timedelta(hours=26)
_A_DAY = timedelta(days=1)
_CASTS = frozenset({"INVALID_CAST"})
_ONE_RUN = timedelta(minutes=30)
_PART = 0.2


@dataclass(frozen=True, slots=True)
class Bad:
    """Data that is wrong from ``first_bad`` on; ``signatures`` with the chief one first."""

    urn: str
    signatures: tuple[str, ...]
    first_bad: datetime
    last_good: datetime | None
    run_ids: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def chief(self) -> str:
        """The signature that most of it failed with."""
        return self.signatures[0] if self.signatures else ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The most upstream place a failure was seen at; ``shape`` is the change of columns seen there."""

    urn: str
    chain: tuple[str, ...]
    since: datetime
    refs: tuple[str, ...]
    failures: tuple[FailureView, ...]
    has_alarmed: bool = False
    shape: str = ""


def trace_failure(world: World, bad: Bad) -> list[Suspect]:
    """Suspects for failing records or checks."""
    origin = _origin(world, bad)
    return _at_origin(world, bad, origin, _family(bad.signatures))


def trace_volume(world: World, bad: Bad) -> list[Suspect]:
    """Suspects for a volume that is off."""
    origin = _volume_origin(world, bad)
    rejected = _rejected(world, bad, origin)
    if rejected is not None:
        above = trace_failure(world, rejected)
        return [replace(each, chain=(*each.chain, *origin.chain[1:])) for each in above]
    low = "VOLUME_LOW" in bad.signatures

    def had_usual_volume(world: World, urn: str) -> bool:
        return moved_alike(world, urn, bad.first_bad, low=low) is False

    return _at_origin(world, bad, origin, "anomaly", had_usual_volume)


def _family(signatures: Sequence[str]) -> str:
    return family_of(signatures[0]) if signatures else "unknown"


def _at_origin(
    world: World, bad: Bad, origin: Origin, family: str, clears: Clears = is_measured
) -> list[Suspect]:
    upstream = origin.urn != bad.urn
    since = min(origin.since, bad.first_bad)
    last_good = None if bad.last_good is None else bad.last_good - (bad.first_bad - since)
    if upstream:
        last_good = _last_good_at(world, origin, since, bad)
    between = Between(last_good, since)
    changes = [
        _completed(each, bad, origin)
        for each in on_data(world, origin.urn, list(origin.failures), between, origin.chain)
    ]
    plain = _plain(world, bad, origin, family)
    above = [_completed(each, bad, origin) for each in changed_above(world, origin.chain, between, clears)]
    guilty = [each for each in changes if each.standing == 1.0] or above
    if guilty:
        best = max(guilty, key=lambda each: (each.score, each.key))
        return [
            best,
            *(each for each in (*changes, *above) if each is not best),
            plain.ruled_out(0.75, "a deployment explains it"),
        ]
    return [plain, *changes]


def _last_good_at(world: World, origin: Origin, since: datetime, bad: Bad) -> datetime | None:
    """When the origin was last good: an update before, records that did not fail, or what was made of it."""
    commits = updates_before(world, origin.urn, since)
    seen = [at for _, at, _ in world.versions_seen(origin.urn) if at < since]
    streamed = [max(seen[-1], since - LEAK)] if seen else []
    below = [min(bad.last_good, since) - _A_DAY] if bad.last_good is not None else []
    return max([*commits, *streamed, *below], default=None)


def _completed(suspect: Suspect, bad: Bad, origin: Origin) -> Suspect:
    factors = dict(suspect.factors)
    factors["upstream"] = (1.0, "nothing further up shows the failure")
    factors["completeness"] = (
        1.0 if bad.evidence or origin.refs else 0.7,
        "records of the failure are at hand",
    )
    name = bad.chief
    refs = tuple(dict.fromkeys((*suspect.refs, *origin.refs, *bad.evidence)))
    return replace(suspect, factors=factors, refs=refs, signature=name, failure=_failure_key(origin),
                   run_id=suspect.run_id or (bad.run_ids[0] if bad.run_ids else ""))  # fmt: skip


def _failure_key(origin: Origin) -> str:
    return origin.failures[0].ref.key if origin.failures else ""


def _plain(world: World, bad: Bad, origin: Origin, family: str) -> Suspect:
    """The cause where no change is known: the producer or table that first shows the failure."""
    is_drift = family == "drift" or bool(origin.shape)
    named = family == "drift" and field_of(bad.chief)
    signature = bad.chief if named else origin.shape or bad.chief
    producer = _producer(world, origin) if is_drift else ""
    label, key = ("Producer", producer) if producer else ("Dataset", origin.urn)
    what = signature or "its volume"
    said = f"{key} changed what it sends: {what}" if is_drift else f"{origin.urn} is itself wrong: {what}"
    return Suspect(
        "SCHEMA_DRIFT" if is_drift else "SOURCE_DATA_ANOMALY", label, key, origin.since, origin.chain,
        said, refs=tuple(dict.fromkeys((*origin.refs, *bad.evidence))) or (origin.urn,), signature=signature,
        failure=_failure_key(origin), run_id=bad.run_ids[0] if bad.run_ids else "",
        factors=_plain_factors(bad, origin, signature or "a change in volume", named=bool(producer)),
    )  # fmt: skip


def _plain_factors(bad: Bad, origin: Origin, name: str, *, named: bool) -> dict[str, tuple[float, str]]:
    upstream = origin.urn != bad.urn
    ahead = f", {span(bad.first_bad - origin.since)} before" if upstream else ""
    link = f"{origin.urn} leads to {bad.urn}" if upstream else f"it was seen on {bad.urn} itself"
    good = "the data was good before" if bad.last_good else "nothing good was seen before"
    return {
        "timing": (
            max(0.6, proximity(origin.since, bad.first_bad)),
            f"{name} first seen at {origin.urn}{ahead}",
        ),
        "link": (0.95 if named or origin.failures else 0.85, link),
        "boundary": (1.0 if bad.last_good else 0.6, good),
        "signature": (0.95 if origin.failures else 0.8, f"the same failure, {name}"),
        "upstream": (0.9, "nothing further up shows it"),
        "completeness": (0.85, "no deployment of what produces it is known"),
    }


def _producer(world: World, origin: Origin) -> str:
    """Who produces a stream; a table is blamed by its own name."""
    named = sorted({name for failure in origin.failures for name in failure.producers})
    streamed = world.producers(origin.urn)
    for name in named:
        if name in streamed:
            return name
    service = world.text("Dataset", origin.urn, "service")
    return service if service and not world.commits(origin.urn) else ""


def _matching(world: World, urn: str, bad: Bad) -> list[FailureView]:
    """Failures of a table that are the one looked for, by name or by field."""
    wanted, fields = set(bad.signatures), {field_of(each) for each in bad.signatures[:1]} - {None}
    newest = bad.first_bad + timedelta(minutes=10)
    oldest = (bad.last_good or bad.first_bad) - _LOOKBACK
    family = _family(bad.signatures)

    def fits(each: FailureView) -> bool:
        same_field = bool(each.field) and each.field in fields and each.family == family
        return (
            each.first_seen <= newest
            and each.last_seen >= oldest
            and (each.signature in wanted or same_field)
        )

    found = [each for each in world.failures("Dataset", urn) if fits(each)]
    new = [each for each in found if each.signature == bad.chief or not _was_there_before(each, bad)]
    return sorted(new or found, key=lambda each: (each.signature not in wanted, each.first_seen, each.ref))


def _was_there_before(failure: FailureView, bad: Bad) -> bool:
    """Whether the data was good although a few records failed like this."""
    return bad.last_good is not None and failure.first_seen < bad.last_good - _LEAD


@dataclass(frozen=True, slots=True)
class Reshaped:
    """Columns of a table changed, or the values that one takes."""

    at: datetime
    signature: str
    evidence: tuple[str, ...]


def _changed(world: World, urn: str, bad: Bad) -> list[Reshaped]:
    """Changes of a table's columns that fit the failure: by name, by column, or, for a cast, by type."""
    fields = {field_of(each) for each in bad.signatures} - {None}
    kinds = {kind_of(each) for each in bad.signatures}
    oldest = (bad.last_good or bad.first_bad) - timedelta(hours=1)
    newest = bad.first_bad + timedelta(minutes=10)

    def fits(signature: str) -> bool:
        by_field = not kinds & {"UNKNOWN_ENUM"} and field_of(signature) in fields
        by_type = bool(kinds & _CASTS) and not fields and kind_of(signature) == "SCHEMA_BREAK"
        return signature in bad.signatures or by_field or by_type

    return [
        Reshaped(each.at, each.signature, each.evidence)
        for each in world.signals(urn)
        if each.signal_type == "DRIFT_DETECTED" and oldest <= each.at <= newest and fits(each.signature)
    ]


def _measured(world: World, urn: str, bad: Bad) -> list[Reshaped]:
    """Measures by which a table itself is wrong, whoever read it: of the same column, in the same way.

    What reads the table tells of it when it ends, which may be after its own output failed.
    """
    wanted = {(kind_of(each), field_of(each)) for each in bad.signatures}
    oldest = (bad.last_good or bad.first_bad) - _LEAD
    newest = bad.first_bad + timedelta(minutes=10)
    return [
        Reshaped(min(each.at, bad.first_bad), each.signature, each.evidence)
        for each in world.signals(urn)
        if each.signal_type == "ANOMALY" and each.signature
        and (kind_of(each.signature), field_of(each.signature)) in wanted
        and oldest <= each.at and (each.at <= newest or each.run_id in bad.run_ids)
    ]  # fmt: skip


def _telling(world: World, bad: Bad) -> Bad:
    """Without the signatures that a few of its records have, or had while it was good: they broke nothing."""
    known = {each.signature: each for each in world.failures("Dataset", bad.urn)}
    chief = known.get(bad.chief)
    if chief is None:
        return bad

    def tells(signature: str) -> bool:
        each = known.get(signature)
        if each is None or signature == bad.chief:
            return True
        return not _was_there_before(each, bad) and each.count >= _PART * chief.count

    return replace(bad, signatures=tuple(filter(tells, bad.signatures)))


def _origin(world: World, bad: Bad) -> Origin:
    bad = _telling(world, bad)
    here = _matching(world, bad.urn, bad)
    best = Origin(bad.urn, (bad.urn,), bad.first_bad, tuple(_refs(here)) or bad.evidence, tuple(here))
    frontier: list[tuple[str, ...]] = [(bad.urn,)]
    seen = {bad.urn}
    for _ in range(_DEPTH):
        grown: list[tuple[str, ...]] = []
        for chain in frontier:
            for source in world.sources(chain[0]):
                if source in seen:
                    continue
                seen.add(source)
                grown.append((source, *chain))
        for chain in grown:
            best = _better(world, chain, bad, best)
        frontier = grown
    return best


def _better(world: World, chain: tuple[str, ...], bad: Bad, best: Origin) -> Origin:
    failures = _matching(world, chain[0], bad)
    changes, measures = _changed(world, chain[0], bad), _measured(world, chain[0], bad)
    if not failures and not changes and not measures:
        return best
    moments = [each.first_seen for each in failures] + [each.at for each in changes]
    recent = [at for at in moments if bad.last_good is None or at >= bad.last_good - _LEAD]
    alarms = sorted([*_alarms(world, chain[0], bad), *(each.at for each in measures)])
    recent = [*(at for at in recent if not alarms or at >= alarms[0] - _LEAD), *alarms]
    if not recent:
        return best
    since = min(recent)
    if since > bad.first_bad + timedelta(minutes=10):
        return best
    if best.urn not in chain and not _is_more_telling(since, chain, best, has_alarmed=bool(alarms)):
        return best
    said = (ref for each in (*changes, *measures) for ref in each.evidence)
    refs = tuple(dict.fromkeys([*_refs(failures), *said]))
    shape = next((each.signature for each in changes), "")
    return Origin(chain[0], chain, since, refs, tuple(failures), bool(alarms), shape)


def _is_more_telling(since: datetime, chain: tuple[str, ...], best: Origin, *, has_alarmed: bool) -> bool:
    """Of two branches: the one that is broken before one where some records fail, the longer, the earlier."""
    if has_alarmed != best.has_alarmed:
        return has_alarmed
    return len(chain) > len(best.chain) or since < best.since


def _alarms(world: World, urn: str, bad: Bad) -> list[datetime]:
    """Since when a table is broken by a failure that had been there before, as a few bad records are."""
    oldest = (bad.last_good or bad.first_bad) - _LEAD
    return [
        each.at
        for each in world.signals(urn)
        if each.signal_type in ("CONTRACT_BREACH", "DQ_BREACH") and each.state in ("WARNING", "CRITICAL")
        and each.signature in bad.signatures and oldest <= each.at <= bad.first_bad
    ]  # fmt: skip


def _refs(failures: Sequence[FailureView]) -> list[str]:
    return list(
        dict.fromkeys(ref for each in failures for ref in (each.first_evidence, *each.evidence[:2]) if ref)
    )


def _volume_origin(world: World, bad: Bad) -> Origin:
    """The most upstream table whose volume is off too.

    One that never tells its volume is passed through, and one that moved alike without an alarm.
    """
    best = Origin(bad.urn, (bad.urn,), bad.first_bad, bad.evidence, ())
    frontier: list[tuple[str, ...]] = [(bad.urn,)]
    seen = {bad.urn}
    for _ in range(_DEPTH):
        grown: list[tuple[str, ...]] = []
        for chain in frontier:
            for source in [each for each in world.sources(chain[0]) if each not in seen]:
                off = _off(world, source, bad)
                if off is not None:
                    best = Origin(source, (source, *chain), off[0], off[1], ())
                elif moved_alike(world, source, bad.first_bad, low="VOLUME_LOW" in bad.signatures) is False:
                    continue
                seen.add(source)
                grown.append((source, *chain))
        frontier = grown
    return best


def _rejected(world: World, bad: Bad, origin: Origin) -> Bad | None:
    """The check that kept records out of a table which has too few; None where none failed with it."""
    if "VOLUME_LOW" not in bad.signatures:
        return None
    for signal in world.signals(origin.urn):
        if (
            signal.signal_type == "DQ_BREACH" and signal.state == "CRITICAL" and signal.signature
            and abs(signal.at - origin.since) <= _ONE_RUN
        ):  # fmt: skip
            return Bad(
                origin.urn, (signal.signature,), signal.at, bad.last_good,
                tuple(filter(None, [signal.run_id])), signal.evidence,
            )  # fmt: skip
    return None


def _off(world: World, urn: str, bad: Bad) -> tuple[datetime, tuple[str, ...]] | None:
    for signal in reversed(world.signals(urn)):
        if (
            signal.signal_type in ("VOLUME_ANOMALY", "ANOMALY") and signal.signature in bad.signatures
            and bad.first_bad - _SAME_DAY <= signal.at
            and (signal.at <= bad.first_bad or signal.run_id in bad.run_ids)
        ):  # fmt: skip
            return min(signal.at, bad.first_bad), signal.evidence
    return None
