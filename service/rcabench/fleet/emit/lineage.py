"""Runs as Spark, Airflow and dbt report them through OpenLineage."""

from datetime import datetime, timedelta
from typing import Any

from signal_factory.times import format_time

from ..model import Dag, Fleet
from ..world import Part, Run, Wait, World
from .names import facet, ol_name, uuid
from .native import commit
from .post import Post
from .tests_of_dbt import send_tests

_CLIENTS = {
    "spark": "https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark",
    "airflow": "https://github.com/apache/airflow/tree/providers-openlineage/2.20.3",
    "dbt": "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/dbt",
}
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_TICK = timedelta(minutes=10)


def send_run(world: World, run: Run, post: Post) -> None:
    """START, RUNNING now and then, and the end of one run."""
    dag, held = world.fleet.dags[run.job.dag], _held(world, run)
    if run.run_id not in post.quirks.lost_starts:
        _send(post, run, run.started, event(world, run, "START", post), held)
    last = run.dark_from or run.ended
    if dag.style == "spark":
        for number in range(1, min(60, int((last - run.started) / _TICK) + 1)):
            at = run.started + number * _TICK
            _send(post, run, at, event(world, run, "RUNNING", post), held)
    if run.dark_from is not None:
        return
    if run.part is not None and world.fleet.sets[run.part.urn].hook:
        post.send(run.ended, "write_event", commit(world, run.part, run, post))
    _send(post, run, run.ended, event(world, run, run.state, post), held)
    if dag.style == "dbt" and run.part is not None:
        send_tests(
            world, run, post, held, envelope(run, "COMPLETE", _CLIENTS["dbt"]), run_facets(world, run, post)
        )


def _send(post: Post, run: Run, at: datetime, body: dict[str, Any], held: datetime | None) -> None:
    body["eventTime"] = post.clock(run.job.dag, at)
    post.send(at, "openlineage", body, held=held)


def _held(world: World, run: Run) -> datetime | None:
    """The dbt wrapper keeps everything back until dbt has ended."""
    dag = world.fleet.dags[run.job.dag]
    if dag.style != "dbt" or dag.is_live:
        return None
    ends = [other.ended for other in world.runs if other.job.dag == run.job.dag and other.day == run.day]
    return max(ends) + timedelta(seconds=20)


def envelope(run: Run, state: str, client: str) -> dict[str, Any]:
    """What every OpenLineage run event of ``run`` has."""
    return {
        "eventType": state,
        "producer": client,
        "schemaURL": _SCHEMA,
        "job": {"namespace": run.job.namespace, "name": run.job.name, "facets": {}},
        "inputs": [],
        "outputs": [],
    }


def event(world: World, run: Run, state: str, post: Post) -> dict[str, Any]:
    """One run event, with the facets that its sender is known for."""
    style = world.fleet.dags[run.job.dag].style
    body = envelope(run, state, _CLIENTS[style])
    facets = run_facets(world, run, post)
    body["run"] = {"runId": uuid(run.run_id), "facets": facets}
    body["job"]["facets"] = _job_facets(run, style, post)
    body["inputs"] = [_input(world, urn, run) for urn in run.job.inputs]
    body["outputs"] = [_output(world, run, state)]
    if state == "FAIL":
        facets |= _error(run, style, post)
    if state == "COMPLETE" and style == "spark" and run.part is not None and run.part.reported:
        facets["observability_evidence"] = summary(run.part)
    return body


def run_facets(world: World, run: Run, post: Post) -> dict[str, Any]:
    """Parent, nominal time and what else names the DAG run."""
    dag = world.fleet.dags[run.job.dag]
    client = _CLIENTS[dag.style]
    parent_id = dag_run_id(world, dag, run.day, post)
    named = run.dag_run_id if dag.style == "spark" else parent_id
    facets: dict[str, Any] = {
        "parent": facet(
            client,
            "1-2-0/ParentRunFacet.json",
            job={"namespace": dag.namespace, "name": dag.dag_id},
            run={"runId": named},
        )
    }
    if dag.style == "airflow":
        facets["nominalTime"] = _nominal(run, client)
        facets["airflow"] = _airflow(dag, run)
    if dag.style == "spark":
        facets["nominalTime"] = _nominal(run, client)
        facets["airflow"] = {
            "dag_id": dag.dag_id,
            "task_id": run.job.name,
            "execution_date": format_time(run.scheduled),
        }
    return facets


def _nominal(run: Run, client: str) -> dict[str, Any]:
    return facet(client, "1-0-1/NominalTimeRunFacet.json", nominalStartTime=format_time(run.scheduled))


def _airflow(dag: Dag, run: Run) -> dict[str, Any]:
    cron = f"{dag.start % 60} {dag.start // 60} * * *"
    return {
        "dag": {"dag_id": dag.dag_id, "timetable": {"expression": cron, "timezone": dag.zone}},
        "dagRun": {"dag_id": dag.dag_id, "run_id": run.dag_run_id, "run_type": run.dag_run_id.split("__")[0]},
        "task": {"task_id": run.job.name.rpartition(".")[2], "retries": run.job.retries},
        "taskInstance": {"try_number": run.attempt},
    }


def dag_run_id(world: World, dag: Dag, day: int, post: Post) -> str:
    """The id of the run of the whole DAG."""
    return uuid(post.chance.hexadecimal(32, "dag run", dag.dag_id, day, world.fleet.seed))


def _job_facets(run: Run, style: str, post: Post) -> dict[str, Any]:
    kinds = {"spark": "SPARK", "airflow": "AIRFLOW", "dbt": "DBT"}
    client = _CLIENTS[style]
    found = {
        "jobType": facet(
            client,
            "2-0-4/JobTypeJobFacet.json",
            processingType="BATCH",
            integration=kinds[style],
            jobType="MODEL" if style == "dbt" else "TASK" if style == "airflow" else "JOB",
        )
    }
    if style == "spark" and run.version and run.job.urn not in post.quirks.unversioned:
        url = f"https://git.example.com/{run.job.service}"
        found["sourceCodeLocation"] = facet(
            client, "1-0-1/SourceCodeLocationJobFacet.json", type="git", url=url, version=run.version
        )
    return found


def _input(world: World, urn: str, run: Run) -> dict[str, Any]:
    target = world.fleet.sets[urn]
    named = ol_name(target, dict(run.read)[urn])
    return {**named, "facets": _schema(world, urn, run) if run.job.style == "spark" else {}}


def _schema(world: World, urn: str, run: Run, part: Part | None = None) -> dict[str, Any]:
    found = part or world.part(urn, run.day)
    retyped = dict(found.retyped) if found else {}
    columns = [(name, retyped.get(name, kind)) for name, kind in world.fleet.sets[urn].columns]
    fields = [{"name": name, "type": kind.lower()} for name, kind in columns if kind != "-"]
    return {"schema": facet(_CLIENTS["spark"], "1-2-0/SchemaDatasetFacet.json", fields=fields)}


def _output(world: World, run: Run, state: str) -> dict[str, Any]:
    target = world.fleet.sets[run.job.output]
    label = run.part.label if run.part else world.fleet.label(target.urn, run.day)
    found: dict[str, Any] = {**ol_name(target, label), "facets": {}}
    if run.job.style == "spark":
        found["facets"] = _schema(world, target.urn, run, run.part)
        if state == "COMPLETE" and run.part is not None:
            stats = facet(
                _CLIENTS["spark"],
                "1-0-2/OutputStatisticsOutputDatasetFacet.json",
                rowCount=run.part.rows,
                size=run.part.rows * 118,
            )
            found["outputFacets"] = {"outputStatistics": stats}
    return found


def _error(run: Run, style: str, post: Post) -> dict[str, Any]:
    text = run.error + post.quirks.injections.get(run.job.urn, "")
    if style == "spark" and post.chance.yes(0.4, "spark error", run.job.urn):
        return {
            "spark.exception": facet(_CLIENTS[style], "", message=text, stackTrace=f"{text}\n\tat Main.run")
        }
    language = "python" if style != "spark" else "java"
    return {
        "errorMessage": facet(
            _CLIENTS[style], "1-0-1/ErrorMessageRunFacet.json", message=text, programmingLanguage=language
        )
    }


def summary(part: Part) -> dict[str, Any]:
    """The counts of a run's own checks (spec, scenario 2, step 5)."""
    total = max(1, int(part.rows / max(0.1, 1 - part.failing)))
    failed = int(total * part.failing)
    codes = [
        {"reason_code": code, "count": int(total * share)}
        for code, share in part.measured
        if total * share >= 1
    ]
    content = {
        "records_processed": total,
        "records_passed": total - failed,
        "records_failed": failed,
        "compliance_rate": round(1 - part.failing, 5),
        "failure_signatures": codes,
    }
    return {
        "_producer": "https://github.com/your-org/signal-factory",
        "_schemaURL": "urn:schema:ol-obs-facet:1",
    } | {
        "summary": content,
        "evidence_count": failed,
    }


def send_waits(world: World, post: Post) -> None:
    """Sensors: tasks that read a table and write none."""
    for wait in world.waits:
        body = _sensor(world, wait, post)
        ends = [("COMPLETE", wait.ended)] if wait.ended else []
        for state, at in [("START", wait.started), *ends]:
            told = {**body, "eventType": state, "eventTime": post.clock(wait.job.dag, at)}
            post.send(at, "openlineage", told)


def sensor_name(fleet: Fleet, job_dag: str, urn: str) -> str:
    """The name of the task that waits for ``urn``."""
    return f"{job_dag}.wait_for_{fleet.sets[urn].ol[1].replace('/', '_').replace('.', '_')}"


def _sensor(world: World, wait: Wait, post: Post) -> dict[str, Any]:
    dag = world.fleet.dags[wait.job.dag]
    client = _CLIENTS["airflow"]
    parent = facet(
        client,
        "1-2-0/ParentRunFacet.json",
        job={"namespace": dag.namespace, "name": dag.dag_id},
        run={"runId": dag_run_id(world, dag, wait.day, post)},
    )
    return {
        "producer": client,
        "schemaURL": _SCHEMA,
        "run": {"runId": uuid(wait.run_id), "facets": {"parent": parent}},
        "job": {
            "namespace": dag.namespace,
            "name": sensor_name(world.fleet, dag.dag_id, wait.urn),
            "facets": {},
        },
        "inputs": [ol_name(world.fleet.sets[wait.urn], world.fleet.label(wait.urn, wait.day))],
        "outputs": [],
    }


def send_dags(world: World, post: Post) -> None:
    """Airflow and dbt report the whole DAG run too; Spark under Airflow only names it."""
    for dag in world.fleet.dags.values():
        if dag.style in ("airflow", "dbt"):
            for day in range(world.fleet.days):
                _send_dag(world, dag, day, post)


def _send_dag(world: World, dag: Dag, day: int, post: Post) -> None:
    runs = [run for run in world.runs if run.job.dag == dag.dag_id and run.day == day and not run.is_backfill]
    waits = [wait for wait in world.waits if wait.job.dag == dag.dag_id and wait.day == day]
    starts = [run.started for run in runs] + [wait.started for wait in waits]
    if not starts:
        return
    jobs = {job.urn for job in world.fleet.jobs if job.dag == dag.dag_id}
    finished = jobs == {run.job.urn for run in runs if run.is_last} or any(
        r.state == "FAIL" and r.is_last for r in runs
    )
    ended = max(run.ended for run in runs) + timedelta(seconds=9) if runs else None
    state = "FAIL" if any(run.state == "FAIL" and run.is_last for run in runs) else "COMPLETE"
    held = None if dag.style != "dbt" or dag.is_live else ended
    body: dict[str, Any] = {
        "producer": _CLIENTS[dag.style],
        "schemaURL": _SCHEMA,
        "run": {"runId": dag_run_id(world, dag, day, post), "facets": {}},
        "job": {"namespace": dag.namespace, "name": dag.dag_id, "facets": {}},
        "inputs": [],
        "outputs": [],
    }
    for at, kind in [(min(starts), "START"), *([(ended, state)] if ended and finished else [])]:
        post.send(
            at, "openlineage", {**body, "eventType": kind, "eventTime": post.clock(dag.dag_id, at)}, held=held
        )
