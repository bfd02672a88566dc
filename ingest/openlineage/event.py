"""An OpenLineage event with its names resolved."""

from dataclasses import dataclass
from datetime import datetime

from signal_factory.wire import OLDataset, OpenLineageEvent

from ..facets import NONE, text
from ..identity import Identity

ERRORS = ("errorMessage", "spark.exception", "spark_exception")
"""Facets that say what went wrong in a run, by rank."""


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

    @property
    def run_type(self) -> str:
        """Which integration tells of it, such as ``spark``, ``dbt`` or ``airflow_task``."""
        job_type = self.event.job.facets.get("jobType", NONE) if self.event.job else NONE
        integration = text(job_type, "integration").lower()
        kind = text(job_type, "jobType").lower()
        if "airflow" in self.run_facets:
            return "airflow_task"
        return f"{integration}_{kind}" if integration == "airflow" and kind else integration or "openlineage"

    @property
    def is_dbt(self) -> bool:
        """Whether dbt tells of it."""
        return self.run_type.startswith("dbt") or "dbt_run" in self.run_facets

    @property
    def has_error(self) -> bool:
        """Whether it says what went wrong, however it says that it ended."""
        return any(name in self.run_facets for name in ERRORS)


def placed_by(event: OpenLineageEvent, identity: Identity) -> Placed:
    """The event with the URN of each data set; a DatasetEvent's own is an output."""
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
