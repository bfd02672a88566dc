"""A data set whose name became known late: what was said under its old URN moves to the new one."""

from collections.abc import Iterator

from graph.keys import signature_key, split_signature_key
from graph.model import ExpandSpec, Hop, NodeRef
from graph.port import GraphStore

_PAGE = 1_000
_AROUND = ExpandSpec((Hop("AFFECTS", "in"),), max_hops=1, max_nodes=_PAGE, max_degree=_PAGE)


def move_dataset(store: GraphStore, old: str, new: str) -> None:
    """Fold data set ``old`` into ``new``, with the columns and failure signatures that bear its name.

    The graph is then the one that the new name would have given from the start.
    Mutations that still wait in a buffer have to be written first.
    """
    for ref, renamed in [*_signatures(store, old, new), *_columns(store, old, new)]:
        store.merge_nodes(ref, NodeRef(ref.label, renamed))
    store.merge_nodes(NodeRef("Dataset", old), NodeRef("Dataset", new))


def _signatures(store: GraphStore, old: str, new: str) -> Iterator[tuple[NodeRef, str]]:
    for ref in store.expand([NodeRef("Dataset", old)], _AROUND).nodes:
        signature, owner = split_signature_key(ref.key)
        if ref.label == "FailureSignature" and owner == old:
            yield ref, signature_key(signature, new)


def _columns(store: GraphStore, old: str, new: str) -> Iterator[tuple[NodeRef, str]]:
    after = ""
    while page := store.find("Column", prefix=f"{old}#", limit=_PAGE, after=after):
        after = page[-1].ref.key
        yield from ((each.ref, f"{new}{each.ref.key.removeprefix(old)}") for each in page)
