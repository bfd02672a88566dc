"""A change went live: our own shape (contract §2) or a CDEvent."""

from typing import Any

from pydantic import model_validator

from . import cdevents
from .fields import Instant, Label, OptionalLabel, Urns, WireModel
from .shapes import is_object


class Deployment(WireModel):
    """One version of a service or job, live from ``deployed_at`` on."""

    service: Label
    version: Label
    deployed_at: Instant
    previous_version: OptionalLabel = None
    environment: OptionalLabel = None
    commit_sha: OptionalLabel = None
    deploy_ref: OptionalLabel = None
    pull_request: OptionalLabel = None
    deployed_by: OptionalLabel = None
    jobs: Urns = ()
    datasets: Urns = ()
    change_summary: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _own_shape(cls, raw: Any) -> Any:
        return cdevents.as_deployment(raw) if is_object(raw) and cdevents.is_cdevent(raw) else raw

    @property
    def key(self) -> str:
        """``<service>:<version>`` (contract §1)."""
        return f"{self.service}:{self.version}"
