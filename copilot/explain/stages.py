"""Partial runs: a stage that failed below inputs whose own checks passed is itself to blame.

Source: spec/prd.md §13: Bronze passes and Silver fails narrows the cause to the transformation.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from graph.model import NodeRef
from signal_factory.times import parse_time

from ..episodes import Episode
from ..suspects import Suspect
from ..world import World

_RUN = timedelta(hours=26)
_RULED_OUT = 0.2
_GOOD = (":PASS", ":WARN")


@dataclass(frozen=True, slots=True)
class Passed:
    """An input whose gates all passed, in ``run_id``."""

    urn: str
    run_id: str
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The cause with what speaks for it, the inputs that are ruled out, and that in a sentence."""

    cause: Suspect
    cleared: tuple[Suspect, ...]
    sentence: str


def narrowed(world: World, episode: Episode, cause: Suspect) -> Narrowed | None:
    """What the checks of its inputs say of data that failed its own; None where they say nothing."""
    urn = cause.chain[0]
    if not cause.failure or not cause.failure.endswith(f"@{urn}"):
        return None
    passed = _passed_inputs(world, urn, episode.last_good, cause.at or episode.first_bad, episode.first_bad)
    if not passed:
        return None
    one = _joined([each.urn for each in passed])
    reason = f"{one} passed {'its' if len(passed) == 1 else 'their'} own checks"
    factors = cause.factors | {"upstream": (1.0, reason)}
    refs = tuple(dict.fromkeys((*cause.refs, *(each.run_id for each in passed))))
    told = _sentence(world, urn, passed, {run for run in (cause.run_id, *episode.run_ids) if run})
    return Narrowed(replace(cause, factors=factors, refs=refs), tuple(map(_cleared, passed)), told)


def _passed_inputs(
    world: World, urn: str, since: datetime | None, began: datetime, until: datetime
) -> list[Passed]:
    """Inputs of a table whose last checks since it was good, or within a day, all passed."""
    oldest = max(filter(None, (since, min(began, until) - _RUN)))
    found: list[Passed] = []
    for source in world.sources(urn):
        checked = _checked(world, source, oldest, until)
        if checked is not None and not _fails(world, source, oldest, until):
            found.append(checked)
    return found


def _fails(world: World, urn: str, oldest: datetime, until: datetime) -> bool:
    return any(
        not each.warned_only and oldest <= each.last_seen and each.first_seen <= until
        for each in world.failures("Dataset", urn)
    )


def _checked(world: World, urn: str, oldest: datetime, until: datetime) -> Passed | None:
    """The last checks of a table in that time, if all of them passed."""
    last: tuple[str, Passed] | None = None
    for edge in world.into("WROTE_TO", NodeRef("Dataset", urn), "JobRun"):
        gates, first = edge.props.get("gates"), edge.props.get("first_seen")
        began = parse_time(first if isinstance(first, str) else edge.at)
        if not isinstance(gates, tuple) or began > until or parse_time(edge.at) < oldest:
            continue
        if edge.props.get("gates_capped") or any(each.endswith(":FAIL") for each in gates):
            return None
        names = tuple(sorted({each.rpartition(":")[0] for each in gates if each.endswith(_GOOD)}))
        if names and (last is None or (edge.at, edge.src.key) > (last[0], last[1].run_id)):
            last = edge.at, Passed(urn, edge.src.key, names)
    return last[1] if last else None


def _cleared(passed: Passed) -> Suspect:
    """The input as a suspect that its own checks rule out."""
    gates = ", ".join(passed.gates[:5])
    return Suspect(
        "SOURCE_DATA_ANOMALY", "Dataset", passed.urn, None, (passed.urn,), f"{passed.urn} is itself wrong",
        refs=(passed.run_id,), run_id=passed.run_id,
        factors={"upstream": (0.5, f"it passed {gates} in run {passed.run_id}")},
    ).ruled_out(_RULED_OUT, f"it passed its own checks ({gates}) in run {passed.run_id}")  # fmt: skip


def _sentence(world: World, urn: str, passed: list[Passed], runs: set[str]) -> str:
    names, own = _joined([each.urn for each in passed]), "its" if len(passed) == 1 else "their"
    nights = {world.text("JobRun", run, "dag_run_id") for run in runs} - {""}
    same = any(
        each.run_id in runs or world.text("JobRun", each.run_id, "dag_run_id") in nights for each in passed
    )
    job = next(iter(world.writers(urn)), "")
    where = f"{job}, which makes it," if job else "whatever makes it"
    passing = f"{names} passed {own} own checks {'in the same run' if same else 'just before'}"
    return f"{passing}, and {urn} did not: that points at {where} rather than at the source."


def _joined(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
