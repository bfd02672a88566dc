"""Incidents, their explanation, and what people say about it."""

from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from signal_factory.urns import check_urn

from ..keys import Scope
from .access import App, Caller, Cursor, Limit, Since, answer, needs
from .bodies import described, read_model

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])
_READ = [needs(Scope.READ)]
_Status: TypeAlias = Literal["OPEN", "RESOLVED"]


class Feedback(BaseModel):
    """What a person says the cause was."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["CORRECT", "WRONG"]
    actual_cause: Annotated[str | None, Field(max_length=512)] = None
    comment: Annotated[str | None, Field(max_length=4_000)] = None


@router.get("", dependencies=_READ)
def list_incidents(
    app: App,
    since: Since,
    status: _Status | None = None,
    dataset: Annotated[str | None, Query(max_length=2_048)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Incidents, newest first, as a bounded list that says whether it is partial."""
    urn = None if dataset is None else check_urn(dataset)
    return answer(
        app.read_model.incidents(status=status, dataset=urn, since=since, cursor=cursor, limit=limit)
    )


@router.get("/{incident_id}", dependencies=_READ)
def get_incident(app: App, incident_id: str) -> Response:
    """One incident with its explanation."""
    return answer(app.read_model.incident(incident_id))


@router.get("/{incident_id}/rca", dependencies=_READ)
def get_rca(app: App, incident_id: str) -> Response:
    """The RCAReport of one incident."""
    return answer(app.read_model.explain(incident_id))


async def _feedback(request: Request, app: App) -> Feedback:
    return await read_model(request, app.settings, Feedback)


@router.post(
    "/{incident_id}/feedback", dependencies=[needs(Scope.OPERATE)], openapi_extra=described(Feedback)
)
def post_feedback(
    app: App, caller: Caller, incident_id: str, feedback: Annotated[Feedback, Depends(_feedback)]
) -> Response:
    """Record a verdict; durable when answered."""
    said = (feedback.verdict, feedback.actual_cause, feedback.comment)
    return answer(app.feedback(incident_id, *said, by=caller.name))
