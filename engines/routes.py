"""Which data sets a fact concerns: all that the engines of one data set need to know of others."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from graph.facts import (
    Committed,
    Fact,
    Measured,
    Registered,
    RunSeen,
    SchemaSeen,
    Summarised,
    Tested,
    Validated,
)

MAX_RUNS, MAX_TABLES = 20_000, 200


class Told(NamedTuple):
    """A fact as one data set is told it; ``is_first`` where it is the first of several that are."""

    urn: str
    fact: Fact
    is_first: bool = True


@dataclass(slots=True)
class Routes:
    """Which tables a job writes, and which job a run belongs to."""

    writes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    jobs_of_runs: dict[str, str] = field(default_factory=dict[str, str])

    def learn_writer(self, job: str, urn: str) -> None:
        """Note that ``job`` writes the table ``urn``."""
        urns = self.writes.setdefault(job, [])
        if urn not in urns:
            self.writes[job] = sorted([*urns, urn])[:MAX_TABLES]

    def learn_run(self, run_id: str, job: str) -> None:
        """Note whose run it is; the runs not heard of for longest are forgotten first."""
        self.jobs_of_runs.pop(run_id, None)
        self.jobs_of_runs[run_id] = job
        if len(self.jobs_of_runs) > MAX_RUNS:
            del self.jobs_of_runs[next(iter(self.jobs_of_runs))]

    def rename(self, old: str, new: str) -> None:
        """Two names turned out to be one table."""
        for job, urns in self.writes.items():
            if old in urns:
                self.writes[job] = sorted({new if urn == old else urn for urn in urns})

    def of(self, fact: Fact) -> Iterable[Told]:
        """Whom a fact is told to, with the job of its run where only an earlier fact named it."""
        match fact:
            case RunSeen():
                return self._of_run(fact)
            case Committed():
                return (self._of_commit(fact),)
            case Registered():
                if fact.registration.job:
                    self.learn_writer(fact.registration.job, fact.registration.urn)
                return (Told(fact.registration.urn, fact),)
            case Validated() | Summarised() | Measured() | Tested() | SchemaSeen():
                return (Told(fact.dataset, fact),)
            case _:
                return ()

    def _of_run(self, fact: RunSeen) -> Iterable[Told]:
        if fact.run_id:
            self.learn_run(fact.run_id, fact.job)
        for urn in fact.outputs:
            self.learn_writer(fact.job, urn)
        urns = self.writes.get(fact.job, [])
        return [Told(urn, fact, is_first=urn == urns[0]) for urn in urns]

    def _of_commit(self, fact: Committed) -> Told:
        job = fact.job or self.jobs_of_runs.get(fact.run_id, "")
        if job:
            self.learn_writer(job, fact.dataset)
        return Told(fact.dataset, fact if fact.job == job else replace(fact, job=job))
