"""OpenLineage run events of a batch run (https://openlineage.io/spec/2-0-2/OpenLineage.json)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.scenarios.scenario import LAKE, Json, rfc3339

if TYPE_CHECKING:
    from tests.scenarios.scenario_runs import Run

PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.24.2/integration/spark"
SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
ORCHESTRATOR = "airflow"
BROKER = "kafka://broker:9092"


def start(told: Run) -> Json:
    """The START event."""
    return _event("START", told.started, told)


def running(told: Run, moment: datetime) -> Json:
    """A RUNNING event, which is a heartbeat."""
    return _event("RUNNING", moment, told)


def fail(told: Run) -> Json:
    """The FAIL event with its ``errorMessage`` facet."""
    event = _event("FAIL", told.ended, told)
    event["run"]["facets"]["errorMessage"] = facet("ErrorMessageRunFacet") | {
        "message": told.night.reason,
        "programmingLanguage": "JAVA",
        "stackTrace": told.night.stack_trace,
    }
    return event


def complete(told: Run) -> Json:
    """The COMPLETE event; its output carries the rows written and the schema, if any."""
    event = _event("COMPLETE", told.ended, told)
    if not told.night.commits:
        event["outputs"] = []
    for output in event["outputs"]:
        output["outputFacets"] = {
            "outputStatistics": facet("OutputStatisticsOutputDatasetFacet")
            | {"rowCount": told.rows, "size": told.rows * 120}
        }
        if told.night.schema:
            fields = [{"name": name, "type": type_} for name, type_ in told.night.schema]
            output["facets"] = {"schema": facet("SchemaDatasetFacet") | {"fields": fields}}
    for urn, given in zip(told.inputs, event["inputs"], strict=True):
        if urn in told.night.found:
            metrics = facet("DataQualityMetricsInputDatasetFacet") | told.night.found[urn]
            given["inputFacets"] = {"dataQualityMetrics": metrics}
    if told.night.summary:
        event["run"]["facets"]["observability_evidence"] = facet("ObsFacet") | {"summary": told.night.summary}
    return event


def facet(name: str) -> Json:
    """What every facet begins with."""
    return {"_producer": PRODUCER, "_schemaURL": f"https://openlineage.io/spec/facets/1-0-0/{name}.json"}


def dataset(urn: str, partition: str = "") -> Json:
    """The OpenLineage name of a data set: a partition directory in the lake, or a topic."""
    if urn.startswith("urn:dp:"):
        return {"namespace": BROKER, "name": urn.removeprefix("urn:dp:").replace(":", ".")}
    path = urn.removeprefix("ds://")
    return {"namespace": LAKE, "name": f"{path}/dt={partition}" if partition else path}


def _event(event_type: str, moment: datetime, told: Run) -> Json:
    namespace, _, name = told.batch.job.removeprefix("job://").rpartition("/")
    return {
        "eventType": event_type,
        "eventTime": rfc3339(moment),
        "producer": PRODUCER,
        "schemaURL": SCHEMA_URL,
        "run": {"runId": told.run_id, "facets": _run_facets(told)},
        "job": {"namespace": namespace, "name": name, "facets": _job_facets(told)},
        "inputs": [dataset(urn, told.partition) for urn in told.inputs],
        "outputs": [dataset(told.batch.writes, told.partition)],
    }


def _run_facets(told: Run) -> Json:
    facets: Json = {
        "nominalTime": facet("NominalTimeRunFacet") | {"nominalStartTime": rfc3339(told.scheduled)}
    }
    if told.batch.dag:
        facets["parent"] = facet("ParentRunFacet") | {
            "job": {"namespace": ORCHESTRATOR, "name": told.batch.dag},
            "run": {"runId": told.dag_run_id},
        }
    return facets


def _job_facets(told: Run) -> Json:
    return {
        "sourceCodeLocation": facet("SourceCodeLocationJobFacet")
        | {"type": "git", "url": "https://git.example.com/data/jobs", "version": told.code_ref}
    }
