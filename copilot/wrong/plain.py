"""The cause where no change is known: the producer or table that first shows the failure."""

from graph.signatures import field_of

from ..suspects import Suspect, proximity, span
from ..world import World
from .bad import Bad, Origin


def plain(world: World, bad: Bad, origin: Origin, family: str) -> Suspect:
    """The data itself as a suspect: drift where its shape changed, else an anomaly."""
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
        failure=origin.failure, run_id=bad.run_ids[0] if bad.run_ids else "",
        factors=_factors(bad, origin, signature or "a change in volume", named=bool(producer)),
    )  # fmt: skip


def _factors(bad: Bad, origin: Origin, name: str, *, named: bool) -> dict[str, tuple[float, str]]:
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
