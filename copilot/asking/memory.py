"""What a conversation was last about."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from copilot.readmodel import Document

from .fields import child, children, exact
from .recorder import Recorder
from .subject import Kind, Subject

MAX_TURNS = 20
_TOOLS: dict[Kind, tuple[str, str]] = {
    "dataset": ("dataset_health", "urn"),
    "incident": ("get_incident", "incident_id"),
    "evidence": ("get_evidence", "evidence_id"),
}
_ARGUMENTS: tuple[tuple[str, Kind], ...] = (
    ("incident_id", "incident"),
    ("urn", "dataset"),
    ("dataset", "dataset"),
    ("evidence_id", "evidence"),
)


def remembered(context: Sequence[Mapping[str, Any]], recorder: Recorder) -> Subject | None:
    """The subject of the latest turn that had one, if the read model still knows it.

    A turn is an earlier answer document: its ``subject``, else the first of its
    ``tool_calls`` that names something, is what it was about.
    """
    for turn in reversed(context[-MAX_TURNS:]):
        subject = _subject_of(cast(Document, turn))
        if subject and _is_known(subject, recorder):
            return subject
    return None


def _subject_of(turn: Document) -> Subject | None:
    said = child(turn, "subject")
    kind, key = exact(said, "kind"), exact(said, "key")
    for known in ("dataset", "incident", "evidence", "other"):
        if kind == known and key:
            return Subject(known, key)
    named = (_named(child(call, "arguments")) for call in children(turn, "tool_calls"))
    return next((subject for subject in named if subject), None)


def _named(arguments: Document) -> Subject | None:
    for argument, kind in _ARGUMENTS:
        if key := exact(arguments, argument):
            return Subject(kind, key)
    return None


def _is_known(subject: Subject, recorder: Recorder) -> bool:
    tool = _TOOLS.get(subject.kind)
    if tool is None:
        return any(
            subject.key in item.values() for item in recorder.items("search", text=subject.key, limit=20)
        )
    return recorder.ask(tool[0], **{tool[1]: subject.key}) is not None
