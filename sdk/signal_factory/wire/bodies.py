"""From a kind and a JSON object to the model of that kind, or to an error a sender can act on."""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..errors import InvalidEvent
from .deployment import Deployment
from .envelope import KINDS
from .evidence import Evidence
from .jobs import JobEvent, WriteEvent
from .openlineage import OpenLineageEvent
from .registration import DatasetRegistration, MappingRule, Tick

Body: TypeAlias = (
    Evidence
    | OpenLineageEvent
    | Deployment
    | JobEvent
    | WriteEvent
    | DatasetRegistration
    | MappingRule
    | Tick
)

MODELS: Mapping[str, type[Body]] = {
    "evidence": Evidence,
    "openlineage": OpenLineageEvent,
    "deployment": Deployment,
    "job_event": JobEvent,
    "write_event": WriteEvent,
    "dataset": DatasetRegistration,
    "mapping": MappingRule,
    "tick": Tick,
}
_SHOWN = 3
_WORDS = {
    "missing": "is missing",
    "model_type": "should be an object",
    "dict_type": "should be an object",
    "tuple_type": "should be an array",
    "string_type": "should be text",
    "string_too_short": "should not be empty",
    "string_pattern_mismatch": "should be one line without control characters",
    "string_unicode": "should be text that can be written as UTF-8",
}


def parse_body(kind: str, body: Mapping[str, Any]) -> Body:
    """The model of ``kind`` that ``body`` holds.

    Raises:
        InvalidEvent: unknown kind, or the field paths that are wrong and what they should be.
    """
    model = MODELS.get(kind)
    if model is None:
        raise InvalidEvent("unknown kind", hint=f"Kinds are {', '.join(KINDS)}.")
    try:
        return model.model_validate(body if isinstance(body, dict) else _as_dict(body))
    except ValidationError as error:
        raise InvalidEvent(f"{kind}: {_worded(error)}") from None
    except InvalidEvent as error:
        raise InvalidEvent(f"{kind}: {error}", hint=error.hint) from None


def _as_dict(body: object) -> dict[str, Any]:
    if isinstance(body, Mapping):
        return dict(cast("Mapping[str, Any]", body))
    raise InvalidEvent("a body should be a JSON object")


def _worded(error: ValidationError) -> str:
    """The first few faults as ``path: what is wrong``; never a value that was sent."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    shown = "; ".join(f"{_path(fault['loc'])}{_said(fault)}" for fault in faults[:_SHOWN])
    more = len(faults) - _SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def _said(fault: ErrorDetails) -> str:
    return _WORDS.get(fault["type"]) or fault["msg"]


def _path(loc: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{_short(step)}" for step in loc)
    path = "".join(steps).removeprefix(".")
    return f"{path}: " if path else ""


def _short(step: str) -> str:
    printable = step if step.isprintable() else ascii(step)
    return printable if len(printable) <= 40 else f"{printable[:40]}…"
