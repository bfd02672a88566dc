"""Facts of OpenLineage events (docs/openlineage.md says what becomes of each facet)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from graph.facts import (
    Committed,
    Described,
    Fact,
    Fed,
    Owned,
    RunSeen,
    SchemaSeen,
    Shipped,
    Summarised,
    Tested,
)
from graph.signatures import signature_of
from signal_factory.errors import InvalidEvent
from signal_factory.times import parse_time
from signal_factory.urns import job_urn
from signal_factory.wire import OLDataset, OpenLineageEvent
from signal_factory.wire.shapes import is_object

from .assertions import is_test_job, test_of_job, tests_of_dataset, tests_of_run
from .explicit_lineage import explicit_lineage
from .facets import NONE, Facet, count, inner, items, text
from .identity import Identity
from .measurements import billed, measured
from .watermarks import watermark_of

_TERMINAL = ("COMPLETE", "FAIL", "ABORT")


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its names resolved."""

    event: OpenLineageEvent
    at: datetime
    job: str
    run_id: str
    run_facets: dict[str, dict[str, object]]
    inputs: tuple[tuple[OLDataset, str], ...]
    outputs: tuple[tuple[OLDataset, str], ...]

    @property
    def ref(self) -> str:
        """What a report cites for it."""
        return self.run_id or self.job or (self.outputs or self.inputs)[0][1]


def from_openlineage(event: OpenLineageEvent, identity: Identity) -> Iterator[Fact]:
    """Everything one event says. An event without job and data sets says nothing."""
    placed = _placed(event, identity)
    if not (placed.run_id or placed.job or placed.inputs or placed.outputs):
        return
    for dataset, urn in (*placed.inputs, *placed.outputs):
        yield from _of_dataset(placed, dataset, urn)
    if event.run is not None and placed.job:
        yield from _of_run(placed)
    if placed.job:
        yield from _of_job(placed)
    yield from _lineage(placed)
    yield from explicit_lineage(placed.event, placed.at, placed.ref, placed.job, identity)


def _placed(event: OpenLineageEvent, identity: Identity) -> Placed:
    inputs = [(each, identity.dataset(each)) for each in event.inputs if _is_data(each)]
    outputs = [(each, identity.dataset(each)) for each in event.outputs if _is_data(each)]
    if event.dataset is not None:
        outputs.append((event.dataset, identity.dataset(event.dataset)))
    return Placed(
        event, event.event_time, event.job.urn if event.job else "", event.run.run_id if event.run else "",
        event.run.facets if event.run else {}, tuple(inputs), tuple(outputs),
    )  # fmt: skip


def _is_data(dataset: OLDataset) -> bool:
    """A table's own log files are reported as inputs by some readers; they are no data set."""
    return "/_delta_log/" not in dataset.name and "/_delta_log/" not in dataset.namespace


def _of_dataset(placed: Placed, dataset: OLDataset, urn: str) -> Iterator[Fact]:
    facets = dataset.facets
    columns = tuple(
        (text(each, "name"), text(each, "type"))
        for each in items(facets.get("schema", NONE), "fields")
        if text(each, "name")
    )
    if columns:
        yield SchemaSeen(placed.at, placed.ref, urn, columns[:2_000], placed.job)
    for owner in items(facets.get("ownership", NONE), "owners"):
        if text(owner, "name"):
            yield Owned(placed.at, placed.ref, "Dataset", urn, text(owner, "name").removeprefix("team:"))
    yield Described(
        placed.at, placed.ref, urn, (f"{dataset.namespace}/{dataset.name}"[:300],),
        type=text(facets.get("datasetType", NONE), "datasetType"),
        lifecycle=text(facets.get("lifecycleStateChange", NONE), "lifecycleStateChange"),
        version=text(facets.get("version", NONE), "datasetVersion"),
        description=text(facets.get("documentation", NONE), "description")[:200],
        tags=tuple(text(tag, "key") for tag in items(facets.get("tags", NONE), "tags"))[:20],
        resolved=identity_is_known(dataset, urn),
    )  # fmt: skip
    if placed.event.run is None or not placed.job:
        said = (placed.at, placed.ref, placed.run_id, placed.job)
        yield from tests_of_dataset(*said, urn, dataset, of_dbt=_is_dbt(placed))


def identity_is_known(dataset: OLDataset, urn: str) -> bool:
    """Whether something better than its own name stands behind the URN."""
    return not dataset.own_urn.startswith(urn)


def _of_run(placed: Placed) -> Iterator[Fact]:
    facets, event = placed.run_facets, placed.event
    dag, dag_run, parent_run = _orchestrator(placed)
    nominal = _time(text(facets.get("nominalTime", NONE), "nominalStartTime"))
    airflow = facets.get("airflow", NONE)
    tests = tuple(_tests(placed))
    error = _error(placed, tests) if event.event_type in ("FAIL", "ABORT") or _has_error(facets) else ""
    state = "FAIL" if _has_error(facets) and event.event_type in _TERMINAL else event.event_type or "OTHER"
    rows = count(facets.get("outputStatistics", NONE), "rowCount")
    yield RunSeen(
        at=placed.at, ref=placed.run_id, run_id=placed.run_id, job=placed.job, state=state,
        run_type=_run_type(placed), scheduled_at=nominal,
        code_ref=_code_version(placed)[0], dag=dag, dag_run_id=dag_run, parent_run_id=parent_run,
        inputs=tuple(urn for _, urn in placed.inputs), outputs=tuple(urn for _, urn in placed.outputs),
        rows_read=_rows_read(placed), rows_written=rows or _rows_written(placed), error=error,
        retries=max(0, (count(inner(airflow, "taskInstance"), "try_number") or 1) - 1),
        resources=billed(facets),
    )  # fmt: skip
    if event.event_type == "COMPLETE" and not _has_error(facets):
        yield from _commits(placed)
    yield from _summaries(placed)
    yield from measured(placed.at, placed.ref, placed.run_id, placed.job, placed.inputs, placed.outputs)
    yield from tests


def _tests(placed: Placed) -> Iterator[Tested]:
    """Every data test the event tells of: on its data sets, in its run, or as the run itself."""
    said = (placed.at, placed.ref, placed.run_id, placed.job)
    told = (*placed.inputs, *placed.outputs)
    for dataset, urn in told:
        yield from tests_of_dataset(*said, urn, dataset, of_dbt=_is_dbt(placed))
    yield from tests_of_run(*said, placed.run_facets, told[0][1] if told else placed.job)
    if placed.inputs and placed.event.job is not None and placed.event.event_type in ("COMPLETE", "FAIL"):
        table, urn = placed.inputs[0]
        passed = placed.event.event_type == "COMPLETE"
        yield from test_of_job(*said, urn, placed.event.job.name, table.name, passed=passed)


def _is_dbt(placed: Placed) -> bool:
    return _run_type(placed).startswith("dbt") or "dbt_run" in placed.run_facets


def _run_type(placed: Placed) -> str:
    job_type = placed.event.job.facets.get("jobType", NONE) if placed.event.job else NONE
    integration = text(job_type, "integration").lower()
    kind = text(job_type, "jobType").lower()
    if "airflow" in placed.run_facets:
        return "airflow_task"
    return f"{integration}_{kind}" if integration == "airflow" and kind else integration or "openlineage"


def _orchestrator(placed: Placed) -> tuple[str, str, str]:
    """(DAG job URN, DAG run id, parent run id); a parent that is no DAG is a run."""
    parent = placed.run_facets.get("parent", NONE)
    job, run = inner(parent, "job"), text(inner(parent, "run"), "runId")
    namespace, name = text(job, "namespace") or "default", text(job, "name")
    airflow = placed.run_facets.get("airflow", NONE)
    dag_id = text(airflow, "dag_id") or text(inner(airflow, "dag"), "dag_id")
    if dag_id:
        return job_urn(namespace if name else "airflow", dag_id), run, ""
    root = inner(parent, "root")
    root_job, root_run = inner(root, "job"), text(inner(root, "run"), "runId")
    if root_run and root_run != run and _is_orchestrator(root_job):
        return job_urn(text(root_job, "namespace"), text(root_job, "name")), root_run, run
    if run and name and _is_orchestrator(job):
        return job_urn(namespace, name), run, ""
    return *_composer(placed), run


def _composer(placed: Placed) -> tuple[str, str]:
    """(DAG job URN, DAG run id) as Cloud Composer tells them of a task."""
    told = placed.event.job
    facet = told.facets.get("gcp_composer_job", NONE) if told else NONE
    dag = text(facet, "dagId") if text(facet, "taskId") else ""
    run = text(placed.run_facets.get("gcp_composer_run", NONE), "dagRunId")
    return (job_urn(told.namespace, dag), run) if told and dag and run else ("", "")


def _is_orchestrator(job: Facet) -> bool:
    return bool(text(job, "name")) and "airflow" in text(job, "namespace").lower()


def _has_error(facets: dict[str, dict[str, object]]) -> bool:
    return bool({"errorMessage", "spark.exception", "spark_exception"} & facets.keys())


def _error(placed: Placed, tests: tuple[Tested, ...]) -> str:
    """Why a run failed: a test that was the run, its message, its first failing test, in this order."""
    failing = [each for each in tests if not (each.passed or each.warns_only)]
    if failing and placed.event.job is not None and is_test_job(placed.event.job.name):
        return failing[0].signature
    facets = placed.run_facets
    for name in ("errorMessage", "spark.exception", "spark_exception"):
        facet = facets.get(name, NONE)
        told = "\n".join(each for each in (text(facet, "message"), text(facet, "stackTrace")) if each)
        if told:
            return signature_of(told)
    for failed in items(facets.get("extractionError", NONE), "errors"):
        return signature_of(text(failed, "errorMessage"))
    return failing[0].signature if failing else "UNKNOWN:no_reason"


def _time(told: str) -> datetime | None:
    try:
        return parse_time(told) if told else None
    except InvalidEvent:
        return None


def _rows_read(placed: Placed) -> int | None:
    rows = [
        count(dataset.input_facets.get(name, dataset.facets.get(name, NONE)), "rowCount")
        for dataset, _ in placed.inputs
        for name in ("inputStatistics", "dataQualityMetrics")
    ]
    known = [each for each in rows if each is not None]
    return max(known) if known else count(placed.run_facets.get("inputStatistics", NONE), "rowCount")


def _rows_written(placed: Placed) -> int | None:
    known = [rows for dataset, _ in placed.outputs if (rows := _output_rows(placed, dataset)) is not None]
    return sum(known) if known else None


def _output_statistics(placed: Placed, dataset: OLDataset) -> Facet:
    name = "outputStatistics"
    own: Facet = dataset.output_facets.get(name) or dataset.facets.get(name) or NONE
    if own or len(placed.outputs) != 1:
        return own
    return placed.run_facets.get(name, NONE)


def _output_rows(placed: Placed, dataset: OLDataset) -> int | None:
    iceberg = inner(dataset.output_facets.get("icebergCommitReport", NONE), "commitMetrics")
    measured = dataset.facets.get("dataQualityMetrics", NONE)
    told = (count(_output_statistics(placed, dataset), "rowCount"), count(iceberg, "addedRecords"))
    return next((rows for rows in (*told, count(measured, "rowCount")) if rows is not None), None)


def _commits(placed: Placed) -> Iterator[Fact]:
    for dataset, urn in placed.outputs:
        statistics = _output_statistics(placed, dataset)
        version = text(dataset.facets.get("version", NONE), "datasetVersion")
        version = version or text(dataset.output_facets.get("icebergCommitReport", NONE), "snapshotId")
        partitions = _partitions(dataset)
        told = bool(statistics or version or partitions)
        yield Committed(
            at=placed.at, ref=placed.run_id, dataset=urn, run_id=placed.run_id, job=placed.job,
            watermark=watermark_of(partitions), partitions=partitions[:10],
            rows=_output_rows(placed, dataset), size=count(statistics, "size", "bytesWritten"),
            version=version, strength=2 if told else 1,
        )  # fmt: skip


def _partitions(dataset: OLDataset) -> tuple[str, ...]:
    """Partitions named in the subset facet, else in the data set's own path."""
    condition = inner(dataset.output_facets.get("subset", NONE), "outputCondition")
    told: list[str] = []
    for partition in items(condition, "partitions"):
        values = inner(partition, "dimensions") or partition
        told += [f"{name}={value}" for name, value in values.items() if isinstance(value, str | int)]
    tail = dataset.name.rstrip("/")
    return tuple(told) or ((tail.rpartition("/")[2],) if watermark_of([tail]) else ())


def _summaries(placed: Placed) -> Iterator[Fact]:
    """The spec's observability facets: how many records passed, and why the others did not."""
    for name, part in (("observability_evidence", "summary"), ("observability", "evidence_summary")):
        summary = inner(placed.run_facets.get(name, NONE), part)
        processed = count(summary, "records_processed")
        if processed is None:
            continue
        failed = count(summary, "records_failed") or 0
        passed = count(summary, "records_passed")
        signatures = tuple(
            (signature_of(code), count(each, "count") or 0, _time(text(each, "first_seen")))
            for each in items(summary, "failure_signatures")
            if (code := text(each, "reason_code") or text(each, "reason"))
        )
        targets = placed.outputs or placed.inputs
        for _, urn in targets[:1]:
            yield Summarised(
                placed.at, placed.run_id, urn, placed.run_id, placed.job, processed,
                processed - failed if passed is None else passed, failed, signatures[:20],
                _orchestrator(placed)[1],
            )  # fmt: skip
        return


def _code_version(placed: Placed) -> tuple[str, Facet]:
    location = placed.event.job.facets.get("sourceCodeLocation", NONE) if placed.event.job else NONE
    return text(location, "version") or text(location, "tag"), location


def _of_job(placed: Placed) -> Iterator[Fact]:
    version, location = _code_version(placed)
    if version and placed.event.event_type in ("", "START", "COMPLETE", "FAIL", "RUNNING"):
        yield Shipped(
            placed.at, f"{placed.job}:{version}", placed.job, version, "openlineage", commit_sha=version,
            pull_request=text(location, "pullRequestNumber"), jobs=(placed.job,),
        )  # fmt: skip
    facets = placed.event.job.facets if placed.event.job else {}
    for owner in items(facets.get("ownership", NONE), "owners"):
        if text(owner, "name"):
            yield Owned(placed.at, placed.ref, "Job", placed.job, text(owner, "name").removeprefix("team:"))


def _lineage(placed: Placed) -> Iterator[Fact]:
    for _, source in placed.inputs:
        for target_dataset, target in placed.outputs:
            if source != target:
                columns = tuple(_columns(target_dataset, source, placed))
                yield Fed(placed.at, placed.ref, source, target, placed.job, columns)


def _columns(target: OLDataset, source: str, placed: Placed) -> Iterator[tuple[str, str]]:
    """(source column, target column) pairs that column lineage names, both forms of the facet."""
    facet = target.facets.get("columnLineage") or target.output_facets.get("columnLineage") or NONE
    names = {(each.namespace, each.name): urn for each, urn in placed.inputs}
    fields = facet.get("fields")
    pairs = fields.items() if is_object(fields) else (
        (text(each, "name"), each) for each in items(facet, "fields")
    )  # fmt: skip
    for column, entry in pairs:
        for origin in items(entry, "inputFields") if is_object(entry) else ():
            told = (text(origin, "namespace"), text(origin, "name"))
            if column and text(origin, "field") and names.get(told, source) == source:
                yield text(origin, "field"), column
