"""What is known of data sets besides their data: columns, lineage, owners, registration."""

from graph.facts import Described, Fed, Measured, Owned, Registered, SchemaSeen, Served
from signal_factory.ids import content_hash

from .mutations import Mutations


def schema_seen(fact: SchemaSeen, out: Mutations) -> None:
    """The columns of a table, and a fingerprint of them."""
    columns = tuple(f"{name}:{kind}" for name, kind in fact.columns)
    fingerprint = content_hash(sorted(columns))[:16]
    out.node("Dataset", fact.dataset, fact.at, schema_fingerprint=fingerprint, columns=columns[:500])


def fed(fact: Fed, out: Mutations) -> None:
    """Lineage from one table to another, and of the columns it names."""
    source, target = out.node("Dataset", fact.source, fact.at), out.node("Dataset", fact.target, fact.at)
    out.edge("FEEDS", source, target, fact.at, jobs=(fact.job,) if fact.job else ())
    for origin, column in fact.columns[:500]:
        below = out.node("Column", f"{fact.target}#{column}", fact.at, name=column)
        above = out.node("Column", f"{fact.source}#{origin}", fact.at, name=origin)
        out.edge("DERIVED_FROM", below, above, fact.at)


def described(fact: Described, out: Mutations) -> None:
    """What an event says of a data set besides its data."""
    out.node(
        "Dataset", fact.dataset, fact.at, namespaces=fact.namespaces, type=fact.type,
        lifecycle=fact.lifecycle, description=fact.description, tags=fact.tags,
    )  # fmt: skip


def registered(fact: Registered, out: Mutations) -> None:
    """A data set as its owner registered it."""
    told = fact.registration
    dataset = out.node(
        "Dataset", told.urn, fact.at, name=told.name, type=told.type, owner_team=told.owner_team,
        service=told.service, tier=told.tier, classification=told.classification, job=told.job,
        runbook_url=told.runbook_url, registered=True, resolved=True, storage=told.storage_paths,
    )  # fmt: skip
    if told.owner_team:
        out.edge("OWNED_BY", dataset, out.node("Team", told.owner_team, fact.at), fact.at)
    if told.service:
        out.edge("OWNED_BY", dataset, out.node("Service", told.service, fact.at), fact.at)
    if told.job:
        out.edge("WROTE_TO", out.node("Job", told.job, fact.at), dataset, fact.at)


def owned(fact: Owned, out: Mutations) -> None:
    """Whose a data set or job is."""
    owner = out.node("Team", fact.team, fact.at)
    out.edge("OWNED_BY", out.node(fact.label, fact.key, fact.at), owner, fact.at)


def measured(fact: Measured, out: Mutations) -> None:
    """Metrics are for the engines; the graph keeps no values."""
    out.node("Dataset", fact.dataset, fact.at)


def served(fact: Served, out: Mutations) -> None:
    """The service behind a stream."""
    service = out.node("Service", fact.service, fact.at)
    owned = out.node("Dataset", fact.dataset, fact.at, service=fact.service)
    out.edge("OWNED_BY", owned, service, fact.at)
