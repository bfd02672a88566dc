"""OpenLineage events: RunEvent, JobEvent and DatasetEvent as one model.

Source: https://openlineage.io/spec/2-0-2/OpenLineage.json and every earlier 1.x/2.x form.
Senders in the wild leave out or null what the specification requires; only what
nothing can be done without (a time, and something to speak of) is insisted on.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from ..urns import dataset_urn_for, job_urn
from .fields import Instant, Label, WireModel, wrong
from .shapes import is_list, is_object

EventKind: TypeAlias = Literal["run", "job", "dataset"]
RUN_STATES = frozenset({"START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER"})
DEFAULT_NAMESPACE = "default"


def _facets(value: object) -> object:
    """The facets that are objects; null or anything else in a facet's place is no facet."""
    if not is_object(value):
        return {}
    return {key: facet for key, facet in value.items() if is_object(facet)}


def _namespace(value: object) -> object:
    return DEFAULT_NAMESPACE if value is None or value == "" else value


def _state(value: object) -> object:
    if not isinstance(value, str):
        return ""
    upper = value.strip().upper()
    return upper if upper in RUN_STATES or not upper else "OTHER"


def _text_or_none(value: object) -> object:
    return value if isinstance(value, str) and value else None


Facets: TypeAlias = Annotated[dict[str, dict[str, Any]], BeforeValidator(_facets)]
Namespace: TypeAlias = Annotated[str, BeforeValidator(_namespace)]
OptionalText: TypeAlias = Annotated[str | None, BeforeValidator(_text_or_none)]


class OLRun(WireModel):
    """A run; ``run_id`` need not be a UUID."""

    run_id: Label = Field(alias="runId")
    facets: Facets = Field(default_factory=dict[str, dict[str, Any]])


class OLJob(WireModel):
    """A job by namespace and name."""

    namespace: Namespace = DEFAULT_NAMESPACE
    name: str
    facets: Facets = Field(default_factory=dict[str, dict[str, Any]])

    @property
    def urn(self) -> str:
        """``job://<namespace>/<name>``."""
        return job_urn(self.namespace, self.name)


class OLDataset(WireModel):
    """A data set by namespace and name, with the facets of its three places."""

    namespace: Namespace = DEFAULT_NAMESPACE
    name: str
    facets: Facets = Field(default_factory=dict[str, dict[str, Any]])
    input_facets: Facets = Field(default_factory=dict[str, dict[str, Any]], alias="inputFacets")
    output_facets: Facets = Field(default_factory=dict[str, dict[str, Any]], alias="outputFacets")

    @property
    def own_urn(self) -> str:
        """The URN it keeps while no rule, symlink or registration resolves it."""
        return dataset_urn_for(self.namespace, self.name)


class OpenLineageEvent(WireModel):
    """One event; ``event_kind`` says which of the three it is.

    ``event_type`` is upper case, "" when absent. ``unplaced`` notes, by field
    path, what could not be given a place: nameless jobs and data sets.
    """

    event_kind: SkipJsonSchema[EventKind] = "run"
    event_type: Annotated[str, BeforeValidator(_state)] = Field(default="", alias="eventType")
    event_time: Instant = Field(alias="eventTime")
    producer: OptionalText = None
    schema_url: OptionalText = Field(default=None, alias="schemaURL")
    run: OLRun | None = None
    job: OLJob | None = None
    inputs: tuple[OLDataset, ...] = ()
    outputs: tuple[OLDataset, ...] = ()
    dataset: OLDataset | None = None
    unplaced: SkipJsonSchema[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _placed(cls, raw: Any) -> Any:
        return _normalised(raw) if is_object(raw) else raw


def _normalised(raw: dict[str, Any]) -> dict[str, Any]:
    notes: list[str] = []
    data = {key: value for key, value in raw.items() if value is not None}
    data["event_kind"] = _kind_of(data)
    for field in ("job", "dataset"):
        data[field] = _named(data.get(field), field, notes)
    for field in ("inputs", "outputs"):
        data[field] = _datasets(data.get(field), field, notes)
    if data["event_kind"] == "job" or data["event_kind"] == "run":
        _note_missing_job(data, notes)
    data["unplaced"] = tuple(notes)
    return data


def _kind_of(data: dict[str, Any]) -> EventKind:
    for kind in ("run", "job", "dataset"):
        if kind in data:
            return kind
    raise wrong("openlineage", "should have a run, a job or a dataset")


def _note_missing_job(data: dict[str, Any], notes: list[str]) -> None:
    if data["job"] is None and not any(note.startswith("job:") for note in notes):
        notes.append("job: missing")


def _datasets(value: object, field: str, notes: list[str]) -> object:
    if value is None:
        return ()
    if not is_list(value):
        return value
    placed = (_named(item, f"{field}[{index}]", notes) for index, item in enumerate(value))
    return [item for item in placed if item is not None]


def _named(value: object, where: str, notes: list[str]) -> object:
    """``value``, or None with a note when it has no name to be known by."""
    if value is None:
        return None
    if not is_object(value):
        notes.append(f"{where}: not an object")
        return None
    name = value.get("name")
    if name is None or (isinstance(name, str) and not name.strip()):
        notes.append(f"{where}: empty name")
        return None
    return value
