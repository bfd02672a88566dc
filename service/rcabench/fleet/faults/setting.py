"""What a fault is told about the fleet it strikes, and what it says about itself."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from ..effects import Change, Effects
from ..model import DataSet, Fleet, Job
from ..words import HARMLESS, RISKY
from ..world import World

Answers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plan:
    """A fault that was done to ``Effects``.

    ``origins`` are the first data sets of the answers. ``guarded`` are services and jobs
    that no confounder may touch. ``unpromised`` are data sets whose objectives must not be
    registered for the fault to be what it is called. ``horizon`` is how long one has to
    look to see it; ``until`` is set where the time of looking is part of the fault. With
    ``is_parallel`` the origins are all of one cause; else they are other ways to name it.
    """

    answers: Answers
    origins: tuple[str, ...]
    onset: datetime
    guarded: frozenset[str] = frozenset()
    unpromised: frozenset[str] = frozenset()
    traits: tuple[str, ...] = ()
    horizon: datetime | None = None
    until: datetime | None = None
    sets: dict[str, DataSet] = field(default_factory=dict[str, DataSet])
    unversioned: frozenset[str] = frozenset()
    is_parallel: bool = False


@dataclass(frozen=True)
class Setting:
    """A fleet on an ordinary day, and a generator of random choices."""

    fleet: Fleet
    healthy: World
    rng: Random

    @property
    def today(self) -> int:
        """The day it happens."""
        return self.fleet.today

    def jobs(self, *styles: str) -> list[Job]:
        """Jobs of these styles (of any, without) that some promise hangs on."""
        return [
            job
            for job in self.fleet.jobs
            if (not styles or job.style in styles) and self.matters(job.output) and self.is_live(job)
        ]

    def is_live(self, job: Job) -> bool:
        """Whether anybody hears of a run before the whole DAG has ended."""
        return self.fleet.dags[job.dag].is_live or job.style != "dbt"

    def matters(self, urn: str) -> bool:
        """Whether an objective hangs on ``urn``."""
        return any(u in self.fleet.objectives for u in {urn, *self.fleet.below(urn)})

    def roots(self, dag: str) -> list[Job]:
        """The jobs of ``dag`` that wait for no other of it."""
        jobs = [job for job in self.fleet.jobs if job.dag == dag]
        written = {job.output for job in jobs}
        return [job for job in jobs if not written & set(job.inputs)]

    def sees_rows(self, urn: str) -> bool:
        """Whether the number of rows of a partition of ``urn`` is told to anybody."""
        target, writer = self.fleet.sets[urn], self.fleet.writer(urn)
        return (
            target.kind == "external"
            or target.hook
            or (writer is not None and writer.style in ("spark", "native"))
        )

    def sees_partition(self, urn: str) -> bool:
        """Whether the partition that a run wrote is told to anybody."""
        return self.fleet.sets[urn].hook or bool(self.fleet.sets[urn].suffix)

    def landings(self) -> list[Job]:
        """The jobs that bring data in from outside: from a file, or from a database nobody watches."""
        kinds = {"external"}
        return [
            job
            for job in self.jobs()
            if not job.inputs or {self.fleet.sets[urn].kind for urn in job.inputs} == kinds
        ]

    def sources(self, job: Job) -> tuple[str, ...]:
        """What is first wrong when a landing ``job`` brings in wrong data: the file, then the table."""
        return (*job.inputs, job.output)

    def streams(self) -> list[DataSet]:
        """The streams with a promise."""
        return [s for s in self.fleet.sets.values() if s.kind == "stream" and s.urn in self.fleet.objectives]

    def column(self, urn: str, *, enum: bool = False) -> tuple[str, str]:
        """A column that travels far: the measure or the enum."""
        columns = self.fleet.sets[urn].columns
        first = 2 if len(columns) > 3 else 0
        return columns[first + int(enum)]

    def work_time(self) -> datetime:
        """Some moment of today when the batch is done and people ship things."""
        done = max(part.at for part in self.healthy.parts.values() if part.day == self.today)
        return done + timedelta(minutes=self.rng.uniform(60, 420))

    def before_run(self, job: Job) -> datetime:
        """Some moment between yesterday's run of ``job`` and today's."""
        last, next_ = (self.healthy.last_run(job, day) for day in (self.today - 1, self.today))
        low = last.ended if last else self.fleet.moment(self.today - 1, 600)
        high = next_.started if next_ else self.fleet.moment(self.today, 0)
        return low + (high - low) * self.rng.uniform(0.05, 0.97)

    def started(self, job: Job) -> datetime:
        """When today's run of ``job`` starts on an ordinary day."""
        run = self.healthy.last_run(job, self.today)
        return run.started if run else self.fleet.moment(self.today, self.fleet.dags[job.dag].start)

    def ship_service(self, service: str, at: datetime, **more: object) -> Change:
        """A new version of a service."""
        return self._change(service, at, more)

    def ship_job(self, job: Job, at: datetime, **more: object) -> Change:
        """A new version of a job, named as one of the ways in which people name it."""
        mates = tuple(other.urn for other in self.fleet.jobs if other.dag == job.dag)
        service, jobs = self.rng.choice(
            (
                (job.service, mates),
                (job.service, (job.urn,)),
                (job.urn, ()),
                (job.name.replace("_", "-"), (job.urn,)),
            )
        )
        return self._change(service, at, {"jobs": jobs, **more}, job.service)

    def _change(self, service: str, at: datetime, more: dict[str, object], unit: str = "") -> Change:
        previous = self.fleet.versions.get(service) or self.fleet.versions.get(unit) or "1.0.0"
        rng = self.rng
        version = rng.choice((_next(previous), _next(previous), f"sha-{rng.getrandbits(28):07x}"))
        summary = rng.choice((*RISKY, *HARMLESS, ""))
        return Change(service, version, previous, at, **({"summary": summary} | more))  # type: ignore[arg-type]

    def effects_of(self, change: Change, effects: Effects) -> str:
        """Ship it; the key of the deployment."""
        earlier = [c for c in effects.changes if c.service == change.service and c.at < change.at]
        if earlier:
            change = replace(change, previous=max(earlier, key=lambda c: c.at).version)
        effects.changes.append(change)
        return f"{change.service}:{change.version}"


def _next(version: str) -> str:
    head, dot, tail = version.rpartition(".")
    if version.count(".") == 2:
        major, minor, _ = version.split(".")
        return f"{major}.{int(minor) + 1}.0"
    return f"{head}{dot}{int(tail) + 1}" if tail.isdecimal() else f"{version}.1"
