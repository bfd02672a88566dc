"""dbt's tests: runs of another job, which read the table that a model wrote."""

from datetime import datetime, timedelta
from typing import Any

from ..world import Run, World, column_of
from .names import facet, ol_name, uuid
from .post import Post

_KINDS = {
    "UNKNOWN_ENUM": "accepted_values",
    "DUPLICATE_KEY": "unique",
    "OUT_OF_RANGE": "accepted_range",
    "INVALID_FORMAT": "matches_regex",
}


def send_tests(
    world: World, run: Run, post: Post, held: datetime | None, body: dict[str, Any], facets: dict[str, Any]
) -> None:
    """The test run of a model, START and end; nothing for a model without tests."""
    part = run.part
    if part is None or not part.reported:
        return
    checks = _assertions(world, run)
    failed = any(not check["success"] for check in checks)
    target = world.fleet.sets[run.job.output]
    content = facet(body["producer"], "1-0-2/DataQualityAssertionsDatasetFacet.json", assertions=checks)
    found = ol_name(target, part.label) | {"facets": {}, "inputFacets": {"dataQualityAssertions": content}}
    name = (
        run.job.name.removesuffix(".run") + ".test"
        if run.job.name.endswith(".run")
        else f"test.{run.job.name}"
    )
    at = run.ended + timedelta(seconds=25)
    for state, moment in (
        ("START", run.ended + timedelta(seconds=3)),
        ("FAIL" if failed else "COMPLETE", at),
    ):
        told: dict[str, Any] = {
            **body,
            "eventType": state,
            "eventTime": post.clock(run.job.dag, moment),
            "run": {"runId": uuid(post.chance.hexadecimal(32, "tests", run.run_id)), "facets": facets},
            "job": {"namespace": run.job.namespace, "name": name, "facets": {}},
            "inputs": [found]
            if state != "START" or held
            else [{**ol_name(target, part.label), "facets": {}}],
        }
        post.send(moment, "openlineage", told, held=held)


def _assertions(world: World, run: Run) -> list[dict[str, Any]]:
    """A test fails when more than what the table's owners allow is wrong."""
    part = run.part
    if part is None:
        return []
    promise = world.fleet.objectives.get(part.urn)
    allowed = 1 - (promise.dq_rate if promise and promise.dq_rate else 0.95)
    model = run.job.output.rsplit("/", 1)[-1]
    failing = part.failing > allowed
    found: list[dict[str, Any]] = []
    for code, share in part.measured:
        kind, column = _KINDS.get(code.split(":", maxsplit=1)[0], "not_null"), column_of(code)
        rows = int(part.rows * share)
        is_bad = failing and share > allowed / 2
        found.append(
            {
                "assertion": kind,
                "name": f"{kind}_{model}_{column}",
                "column": column,
                "success": not is_bad,
                "severity": "error",
                "actual": str(rows if is_bad else 0),
                "expected": "0",
            }
        )
    return found
