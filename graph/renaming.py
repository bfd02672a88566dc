"""Folding one node into another."""

from .errors import GraphSchemaError
from .model import NodeRef
from .normalise import check_key
from .schema import label_of


def check_same_label(old: NodeRef, new: NodeRef) -> None:
    """Refuse to fold a node into one of another label, or into one that cannot be.

    Raises:
        GraphSchemaError: the labels differ, or ``new`` is no valid name.
    """
    label_of(old.label)
    if old.label != new.label:
        raise GraphSchemaError(f"cannot fold a {old.label[:40]} into a {new.label[:40]}")
    check_key(new)
