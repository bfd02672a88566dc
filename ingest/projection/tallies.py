"""Totals counted so far: carried on nodes, they merge by maximum whatever the order of arrival."""

from collections.abc import Callable, Iterable

from graph.model import NodeRef

_SEPARATOR = "\x1f"


class Tallies:
    """Totals by name. ``totals`` is what is kept of them, and is written to.

    ``bucket`` says under which key a failure signature is counted, so that what shares an
    overflow bucket is counted together and a flood of signatures leaves few totals.
    """

    def __init__(self, totals: dict[str, int], bucket: Callable[[str], str]) -> None:
        self.totals = totals
        self._bucket = bucket

    def of_failure(self, key: str) -> int:
        """One more failure with a signature; returns how many there are."""
        return self._count(self._bucket(key))

    def of_verdict(self, key: str, verdict: str) -> int:
        """One more failure with a signature that was judged so."""
        return self._count(f"{self._bucket(key)}{_SEPARATOR}{verdict}")

    def of_test(self, key: str, run_id: str, name: str) -> int:
        """Failing tests of a run; a run says at its end what it said at its start (dbt)."""
        own = f"{self._bucket(key)}{_SEPARATOR}{run_id}"
        is_new = self._count(f"{own}{_SEPARATOR}{name}") == 1
        return self._count(own, by=int(is_new))

    def spent(self, refs: Iterable[NodeRef]) -> list[str]:
        """The names of totals of signatures and runs that have left the graph."""
        gone = {ref.key for ref in refs if ref.label in ("FailureSignature", "JobRun")}
        return [name for name in list(self.totals) if gone.intersection(name.split(_SEPARATOR)[:2])]

    def _count(self, name: str, by: int = 1) -> int:
        total = self.totals.get(name, 0) + by
        self.totals[name] = total
        return total
