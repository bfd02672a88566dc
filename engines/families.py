"""Engine families: which facts some engines need, and which signals those facts decide alone.

A family can be judged apart from the others, on a way of its own that nothing else holds
up (docs/decisions/0018-freshness-apart.md).
"""

from dataclasses import dataclass

from graph.facts import Committed, Fact, Registered, RunSeen

from .signal import Signal


@dataclass(frozen=True, slots=True)
class Family:
    """The facts that decide the signals of some types, whatever else is told."""

    name: str
    facts: tuple[type[Fact], ...]
    types: frozenset[str]

    def hears(self, fact: Fact) -> bool:
        """Whether the fact may change what the family says."""
        return isinstance(fact, self.facts)

    def says(self, signal: Signal) -> bool:
        """Whether the signal is the family's."""
        return signal.signal_type in self.types


FRESHNESS = Family("freshness", (Registered, RunSeen, Committed), frozenset({"FRESHNESS_BREACH"}))
"""Whether tables are updated in time: what was promised, runs and commits decide it, no record does."""
