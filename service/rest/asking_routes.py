"""Questions in words, and search by name."""

from collections import OrderedDict
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from copilot.readmodel import Document

from ..keys import Scope
from .access import App, Caller, answer, needs
from .bodies import described, read_model

router = APIRouter(prefix="/api/v1", tags=["ask"], dependencies=[needs(Scope.READ)])


class Question(BaseModel):
    """A question; earlier ones of the same conversation give "it" a meaning."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    incident_id: Annotated[str | None, Field(max_length=128)] = None
    conversation_id: Annotated[str | None, Field(max_length=128)] = None


class Conversations:
    """The last turns of the last conversations, each seen by the key that held it only."""

    def __init__(self, conversations: int = 1_000, turns: int = 20) -> None:
        self._limit, self._turns = conversations, turns
        self._kept: OrderedDict[tuple[str, str], list[Document]] = OrderedDict()
        self._lock = Lock()

    def turns(self, key: tuple[str, str]) -> list[Document]:
        """Earlier answers, oldest first."""
        with self._lock:
            return list(self._kept.get(key, ()))

    def add(self, key: tuple[str, str], turn: Document) -> None:
        """Remember an answer; the oldest conversation gives way."""
        with self._lock:
            self._kept[key] = [*self._kept.get(key, ()), turn][-self._turns :]
            self._kept.move_to_end(key)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)


async def _question(request: Request, app: App) -> Question:
    return await read_model(request, app.settings, Question)


@router.post("/ask", openapi_extra=described(Question))
def post_ask(
    request: Request, app: App, caller: Caller, asked: Annotated[Question, Depends(_question)]
) -> Response:
    """Answer from the graph, with citations and the calls that were made."""
    from copilot.ask import answer as answer_question

    memory: Conversations = request.app.state.conversations
    key = (caller.name, asked.conversation_id or "")
    said: dict[str, Any] = answer_question(
        asked.question,
        app.read_model,
        incident_id=asked.incident_id,
        context=memory.turns(key) if asked.conversation_id else (),
        now=app.engine_now(),
    )
    if asked.conversation_id:
        memory.add(key, said)
    return answer(said)


@router.get("/search")
def get_search(
    app: App,
    q: Annotated[str, Query(min_length=1, max_length=512)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Data sets, jobs, deployments, incidents and signatures by name."""
    return answer(app.read_model.search(q, limit=limit))
