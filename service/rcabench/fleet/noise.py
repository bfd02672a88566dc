"""What goes on in any fleet without breaking a promise: retries, small delays, things shipped."""

from datetime import timedelta
from random import Random

from .chance import Chance
from .effects import Change, Effects, Failure
from .model import Fleet
from .words import FAILURES, HARMLESS


def ordinary(fleet: Fleet, chance: Chance) -> Effects:
    """The noise of a fleet's days."""
    rng = chance.of("noise")
    effects = Effects()
    _flaky(fleet, effects, rng)
    _unwatched(fleet, effects, rng)
    _shipped(fleet, effects, rng)
    for _ in range(rng.randrange(4)):
        job = rng.choice(fleet.jobs)
        effects.slow[job.urn, rng.randrange(fleet.days)] = rng.uniform(1.15, 1.5)
    return effects


def _flaky(fleet: Fleet, effects: Effects, rng: Random) -> None:
    jobs = [job for job in fleet.jobs if job.retries]
    for _ in range(rng.randrange(5) if jobs else 0):
        failure = Failure(rng.choice(FAILURES["flaky"]), attempts=1)
        effects.failures[rng.choice(jobs).urn, rng.randrange(fleet.days)] = failure


def _unwatched(fleet: Fleet, effects: Effects, rng: Random) -> None:
    """Exports that nobody promised anything about fail as they like."""
    for job in fleet.jobs:
        if not fleet.sets[job.output].is_registered and not fleet.children(job.output) and rng.random() < 0.6:
            kind = rng.choice(("oom", "connection", "permission"))
            day = rng.choice((fleet.today, rng.randrange(fleet.days)))
            effects.failures[job.urn, day] = Failure(rng.choice(FAILURES[kind]), kind=kind)


def _shipped(fleet: Fleet, effects: Effects, rng: Random) -> None:
    """Versions that work; the last of them two days before anybody looks."""
    for _ in range(rng.randrange(1, 6)):
        service = rng.choice(sorted(fleet.versions))
        at = fleet.moment(rng.randrange(max(1, fleet.days - 2)), rng.uniform(600, 1020))
        version = f"{rng.randint(5, 9)}.{rng.randint(0, 99)}.{rng.randint(0, 9)}"
        previous = fleet.versions[service]
        jobs = tuple(job.urn for job in fleet.jobs if job.service == service)
        effects.changes.append(Change(service, version, previous, at, jobs, summary=rng.choice(HARMLESS)))


def delayed_within_grace(fleet: Fleet, effects: Effects, rng: Random) -> Effects:
    """One DAG that starts some minutes late one day; whether that keeps all promises, the caller must see."""
    found = effects.copy()
    found.delayed[rng.choice(sorted(fleet.dags)), rng.randrange(fleet.days)] = rng.uniform(8, 25)
    return found


SETTLED = timedelta(minutes=8)
"""Nobody looks in the very minutes in which a promise is missed."""
