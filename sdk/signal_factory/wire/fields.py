"""Field types that several wire models share: tolerant readers, one written form."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Annotated, Any, LiteralString, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ..errors import InvalidEvent
from ..times import as_utc, format_time
from ..urns import MAX_LENGTH, urn_problem
from .shapes import is_list, is_object

INT64_MAX = 2**63 - 1
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+$"
_URN_SCHEMA = {
    "type": "string",
    "maxLength": MAX_LENGTH,
    "pattern": r"^(urn:[^:]|[A-Za-z][A-Za-z0-9+.\-]*://)[^\s\"'`\\<>{}|^;]*$",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLIS_FROM = 100_000_000_000


_building = RLock()


class WireModel(BaseModel):
    """The base of what is accepted: extra fields are kept, numbers may stand for text."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        ser_json_inf_nan="null",
        defer_build=True,
    )

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Complete the model, once: pydantic builds on first use, and two threads at once would break it."""
        with _building:
            return super().model_rebuild(
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,
                _types_namespace=_types_namespace,
            )


def wrong(kind: LiteralString, message: str) -> PydanticCustomError:
    """An error for one field; ``message`` says what is expected and never repeats the value."""
    return PydanticCustomError(kind, "{what}", {"what": message})


def read_instant(value: object) -> object:
    """An instant in UTC from RFC 3339 text (no offset means UTC) or a number (seconds or milliseconds)."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return as_utc(datetime.fromisoformat(value.strip().upper()))
        if isinstance(value, datetime):
            return as_utc(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _EPOCH + timedelta(seconds=value / 1000 if abs(value) >= _MILLIS_FROM else value)
    except (ValueError, OverflowError, InvalidEvent):
        pass
    raise wrong("instant", "should be an RFC 3339 time such as 2026-01-19T02:00:00Z")


def as_items(value: object) -> object:
    """A list without its nulls; null is the empty list and a single text a list of one."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if is_list(value) and None in value:
        return [item for item in value if item is not None]
    return value


def as_object(value: object) -> object:
    """Null is the empty object."""
    return {} if value is None else value


def read_count(value: object) -> object:
    """A whole number of things; a negative one (Spark's "unknown") is nothing."""
    if isinstance(value, int | float) and value < 0:
        return None
    return value


def checked_urn(text: str) -> str:
    """``text`` when it is a URN (``signal_factory.urns.check_urn``)."""
    problem = urn_problem(text)
    if problem is not None:
        raise wrong("urn", problem)
    return text


def optional_label(value: object) -> object:
    """An empty text where a name is optional is no name."""
    return None if isinstance(value, str) and not value.strip() else value


def without_nulls(raw: Any) -> Any:
    """An object without its null values; anything else as it is."""
    return {key: value for key, value in raw.items() if value is not None} if is_object(raw) else raw


_AS_TIME = PlainSerializer(format_time, return_type=str, when_used="json")

Instant: TypeAlias = Annotated[
    datetime, BeforeValidator(read_instant, json_schema_input_type=datetime), _AS_TIME
]
Urn: TypeAlias = Annotated[str, AfterValidator(checked_urn), WithJsonSchema(_URN_SCHEMA)]
Label: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048, pattern=_ONE_LINE)
]
OptionalLabel: TypeAlias = Annotated[Label | None, BeforeValidator(optional_label)]
Int64: TypeAlias = Annotated[int, Field(ge=-INT64_MAX - 1, le=INT64_MAX)]
Count: TypeAlias = Annotated[
    Annotated[int, Field(ge=0, le=INT64_MAX)] | None,
    BeforeValidator(read_count, json_schema_input_type=int | None),
]
Rate: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Object: TypeAlias = Annotated[
    dict[str, Any],
    BeforeValidator(as_object),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(as_items)]
Labels: TypeAlias = Annotated[tuple[Label, ...], BeforeValidator(as_items)]
Urns: TypeAlias = Annotated[tuple[Urn, ...], BeforeValidator(as_items)]
