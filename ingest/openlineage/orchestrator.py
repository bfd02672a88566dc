"""Which DAG, DAG run and parent a run belongs to."""

from signal_factory.urns import job_urn

from ..facets import NONE, Facet, inner, text
from .event import Placed


def orchestrator(placed: Placed) -> tuple[str, str, str]:
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
