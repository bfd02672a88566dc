"""Events into a graph the way the service does it, in whatever order they are given."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from graph.buffer import GraphBuffer
from graph.filters import WriteFilter
from graph.hash import graph_hash
from graph.port import GraphStore
from graph.stores.sqlite import SqliteGraphStore
from ingest.identity import Identity
from ingest.moving import move_dataset
from ingest.projection import Projection
from ingest.translate import translate
from signal_factory.ids import content_hash
from signal_factory.wire import Envelope


def chunked(envelopes: Sequence[Envelope], cuts: Iterable[int]) -> list[list[Envelope]]:
    """The events in pieces that end at ``cuts``."""
    ends = sorted({cut % (len(envelopes) + 1) for cut in cuts} | {len(envelopes)})
    starts = [0, *ends[:-1]]
    return [list(envelopes[start:end]) for start, end in zip(starts, ends, strict=True)]


def graph_of(chunks: Iterable[Sequence[Envelope]]) -> GraphStore:
    """The graph of events in arrival order; the same event twice is taken once, as the log does."""
    store = SqliteGraphStore(":memory:")
    identity, projection = Identity(), Projection()
    buffer = GraphBuffer(store, write_filter=WriteFilter.over(store))
    seen: set[str] = set()
    for chunk in chunks:
        for envelope in chunk:
            digest = content_hash([envelope.kind, dict(envelope.body)])
            if digest not in seen:
                seen.add(digest)
                _take(envelope, envelope.time, store, identity, projection, buffer)
        buffer.flush()
    return store


def hash_of(chunks: Iterable[Sequence[Envelope]]) -> str:
    """The hash of that graph."""
    return graph_hash(graph_of(chunks))


def _take(
    envelope: Envelope,
    now: datetime,
    store: GraphStore,
    identity: Identity,
    projection: Projection,
    buffer: GraphBuffer,
) -> None:
    told = translate(envelope, identity)
    for old, new in told.moved:
        buffer.flush()
        move_dataset(store, old, new)
    mutations = projection.of(told.facts)
    buffer.add(mutations.nodes, mutations.edges, now)
