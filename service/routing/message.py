"""A notice as it is kept and sent: words and names only, the same for every channel."""

from datetime import UTC
from typing import Literal
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict

from .decide import escalation_thread
from .model import Kind, Notice
from .wording import facts, headline, line, paragraph, why

Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
_MOST_ITEMS = 50


class Links(BaseModel):
    """Where more is to be read; empty where no address is configured."""

    model_config = ConfigDict(frozen=True)

    page: str = ""
    rca: str = ""


class Message(BaseModel):
    """What a channel renders.

    ``key`` is the same at each attempt, so that a receiver can tell a repetition.
    ``thread`` is what belongs together; ``closes`` are threads that this ends.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: Kind
    thread: str
    closes: tuple[str, ...] = ()
    incident_id: str = ""
    severity: Severity = "SEV-4"
    team: str = ""
    at: AwareDatetime
    headline: str
    why: str = ""
    body: str = ""
    dataset: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    links: Links = Links()

    @property
    def conversation(self) -> str:
        """What people read as one conversation: the incident, or the digest."""
        return self.incident_id or self.thread

    @property
    def text(self) -> str:
        """All of it as plain text."""
        items = "\n".join(f"- {each}" for each in self.items)
        pairs = "\n".join(f"{name}: {value}" for name, value in self.facts)
        links = "\n".join(each for each in (self.links.page, self.links.rca) if each)
        return "\n\n".join(part for part in (self.why, self.body, items, pairs, links) if part)


def message_of(notice: Notice, base_url: str | None, page_url: str | None) -> Message:
    """The message of a notice, all its text made harmless."""
    seen = notice.seen
    is_escalation = notice.kind is Kind.ESCALATED
    return Message(
        key=notice.key,
        kind=notice.kind,
        thread=escalation_thread(seen.incident_id, notice.opening) if is_escalation else seen.incident_id,
        closes=notice.closes,
        incident_id=seen.incident_id,
        severity=_severity(seen.severity),
        team=line(notice.team, 100),
        at=notice.at.astimezone(UTC),
        headline=headline(notice),
        why=why(notice),
        body="" if notice.kind is Kind.RESOLVED else paragraph(seen.narrative),
        dataset=line(seen.dataset),
        facts=facts(seen),
        links=_links(seen.incident_id, base_url, page_url),
    )


def digest_of(key: str, found: list[Message], within_s: float) -> Message:
    """Many messages for one team as one."""
    last, worst = found[-1], _severity(min(each.severity for each in found))
    team = f" for {last.team}" if last.team else ""
    lines = [f"{each.headline} ({each.incident_id})" for each in found]
    rest = len(lines) - _MOST_ITEMS
    return Message(
        key=key,
        kind=Kind.DIGEST,
        thread=key,
        severity=worst,
        team=last.team,
        at=last.at,
        headline=f"[{worst}] {len(found)} more notices{team}",
        why=f"There was too much to say within {within_s:g} seconds, so here it is at once.",
        items=tuple(lines[:_MOST_ITEMS]) + ((f"and {rest} more",) if rest > 0 else ()),
        links=Links(page=last.links.page.partition("?")[0]),
    )


def digest_end(digest: Message, last: Message) -> Message:
    """All that a digest told of has ended."""
    return digest.model_copy(
        update={
            "key": f"{digest.thread}/{Kind.RESOLVED}", "kind": Kind.RESOLVED, "at": last.at,
            "headline": f"Resolved: all of {digest.headline}", "why": "", "items": (),
            "closes": (digest.thread,),
        }
    )  # fmt: skip


def _severity(text: str) -> Severity:
    match text:
        case "SEV-1" | "SEV-2" | "SEV-3":
            return text
        case _:
            return "SEV-4"


def _links(incident_id: str, base_url: str | None, page_url: str | None) -> Links:
    name = quote(incident_id, safe="")
    return Links(
        page=f"{page_url.rstrip('/')}/?incident={name}" if page_url else "",
        rca=f"{base_url.rstrip('/')}/api/v1/incidents/{name}/rca" if base_url else "",
    )
