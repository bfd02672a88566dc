"""An empty graph again, whatever store it is in."""

from .port import GraphStore
from .schema import LABELS

_SLICE = 500


def clear(store: GraphStore) -> int:
    """Remove every node with its edges, in slices; the number of nodes removed.

    Raises:
        BackendUnavailable: the store failed; what is left can be cleared by calling again.
    """
    gone = 0
    for label in LABELS:
        while page := store.find(label, limit=_SLICE):
            gone += store.delete([node.ref for node in page])
    return gone
