"""Which fact becomes which mutations."""

from collections.abc import Callable, Iterable
from typing import Any

from graph.facts import (
    Committed,
    Described,
    Fact,
    Fed,
    Measured,
    Owned,
    Registered,
    RunSeen,
    SchemaSeen,
    Served,
    Shipped,
    Summarised,
    Tested,
    Validated,
)
from graph.model import NodeRef

from .datasets import described, fed, measured, owned, registered, schema_seen, served
from .deployments import shipped
from .evidence import summarised, tested, validated
from .mutations import Mutations
from .runs import committed, ran
from .tallies import Tallies

_PLAIN: dict[type[Fact], Callable[[Any, Mutations], None]] = {
    RunSeen: ran, Committed: committed, SchemaSeen: schema_seen, Shipped: shipped, Fed: fed,
    Owned: owned, Described: described, Registered: registered, Served: served, Measured: measured,
}  # fmt: skip
_COUNTED: dict[type[Fact], Callable[[Any, Mutations, Tallies], None]] = {
    Validated: validated, Summarised: summarised, Tested: tested,
}  # fmt: skip


class Projection:
    """Turns facts into mutations; ``tallies`` are the totals it has counted so far.

    ``bucket`` says under which key a failure signature is kept (``Tallies``).
    """

    def __init__(
        self, tallies: dict[str, int] | None = None, bucket: Callable[[str], str] = lambda key: key
    ) -> None:
        self._tallies = Tallies(tallies if tallies is not None else {}, bucket)

    def spent(self, refs: Iterable[NodeRef]) -> list[str]:
        """The totals of signatures and runs that have left the graph."""
        return self._tallies.spent(refs)

    def of(self, facts: Iterable[Fact]) -> Mutations:
        """The mutations of several facts."""
        out = Mutations()
        for fact in facts:
            plain = _PLAIN.get(type(fact))
            if plain is not None:
                plain(fact, out)
            else:
                _COUNTED[type(fact)](fact, out, self._tallies)
        return out
