"""``ask``: a question in, an answer with citations out, without a language model.

The router classifies the question, finds what it names, and phrases documents of
the read model. Neither the question nor text inside documents is ever executed;
``docs/ask.md`` describes the rules.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .asking import reply_lists
from .asking.cases import case_of, only_open
from .asking.fields import every_string
from .asking.finder import Finder
from .asking.intents import Intent, classify
from .asking.memory import remembered
from .asking.question import Question, looks_like_a_name, read_question
from .asking.recorder import Recorder
from .asking.reply import Asked, Reply
from .asking.routes import route
from .asking.subject import Found, Subject
from .readmodel import Document, ReadModel

_NEEDS_NO_SUBJECT = frozenset({Intent.HELP, Intent.LIST, Intent.HEALTH})


def answer(
    question: str,
    read_model: ReadModel,
    *,
    incident_id: str | None = None,
    context: Sequence[Mapping[str, Any]] = (),
    now: datetime | None = None,
) -> Document:
    """Answer a question from the documents of ``read_model`` alone.

    Args:
        question: English, any case; the first 2,000 characters count.
        read_model: what is asked; nothing in it is changed.
        incident_id: the incident the asker is looking at, for questions that name nothing.
        context: earlier answer documents of the conversation, oldest first.
        now: the clock for "how long"; without it no duration up to now is stated.

    Returns:
        ``{"answer", "citations", "tool_calls": [{"tool", "arguments"}], "answered_by": "router"}``
        and, where the question had one, ``"subject": {"kind", "key"}`` for the next turn's
        ``context``. Each citation stands in a document that a tool call returned.

    Raises:
        BackendUnavailable: the store behind the read model cannot be reached.
    """
    recorder = Recorder(read_model)
    subject, reply = _reply(read_question(question), recorder, incident_id, context, now)
    document: Document = {
        "answer": "\n".join(reply.lines),
        "citations": recorder.known(reply.citations),
        "tool_calls": recorder.calls,
        "answered_by": "router",
    }
    return document | ({"subject": {"kind": subject.kind, "key": subject.key}} if subject else {})


def _reply(
    question: Question,
    recorder: Recorder,
    incident_id: str | None,
    context: Sequence[Mapping[str, Any]],
    now: datetime | None,
) -> tuple[Subject | None, Reply]:
    intent = classify(question)
    nothing = Asked(question, intent or Intent.HELP, recorder, now=now)
    page = recorder.ask("get_incident", incident_id=incident_id) if incident_id else None
    if incident_id and page is None:
        return None, reply_lists.unknown(Found(unknown=incident_id), nothing)
    around = frozenset(every_string(page or {}))
    found = Finder(question, recorder).find(around)
    if found.choices:
        return None, reply_lists.choose(found)
    subject = found.subject or _carried(incident_id, context, recorder, around)
    if found.unknown and (subject is None or looks_like_a_name(found.unknown)):
        puzzled = intent is None and not looks_like_a_name(found.unknown)
        return None, reply_lists.help_text(nothing, puzzled=True) if puzzled else reply_lists.unknown(
            found, nothing
        )
    return _about(nothing, intent, subject, named=found.subject is not None)


def _carried(
    incident_id: str | None, context: Sequence[Mapping[str, Any]], recorder: Recorder, around: frozenset[str]
) -> Subject | None:
    """What an unnamed "it" means: the last turn's subject, unless the incident at hand is another story."""
    last = remembered(context, recorder) if context else None
    if incident_id and (last is None or last.key not in around):
        return Subject("incident", incident_id)
    return last


def _about(
    nothing: Asked, intent: Intent | None, subject: Subject | None, *, named: bool
) -> tuple[Subject | None, Reply]:
    if intent is None and not named:
        return None, reply_lists.help_text(nothing, puzzled=bool(nothing.question.words))
    wanted = intent or Intent.SHOW
    if not named and wanted is Intent.HELP:
        return None, reply_lists.help_text(nothing)
    if not named and wanted is Intent.LIST:
        return None, reply_lists.incidents(nothing)
    if subject is None and wanted not in _NEEDS_NO_SUBJECT:
        subject = only_open(nothing.recorder)
        if subject is None and nothing.recorder.items("list_incidents", status="OPEN", limit=50):
            return None, reply_lists.which_incident(nothing)
    case = case_of(subject, nothing.recorder) if subject else None
    return subject, route(Asked(nothing.question, wanted, nothing.recorder, subject, case, nothing.now))
