"""What a question is about."""

from dataclasses import dataclass, field
from typing import Literal

from copilot.readmodel import Document

Kind = Literal["dataset", "incident", "evidence", "other"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing the read model knows."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """What naming came to: one subject, several to choose from, or a name nobody knows."""

    subject: Subject | None = None
    choices: tuple[Subject, ...] = ()
    unknown: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """The incident that speaks for a subject, and how the two are related."""

    incident: Document
    rca: Document
    relation: Literal["own", "member", "downstream", "past"] = "own"
    effect: Document = field(default_factory=dict[str, object])
