"""PagerDuty, Events API v2 (https://developer.pagerduty.com/docs/events-api-v2/overview/).

``dedup_key`` is the incident's id: whatever is sent of it twice is one alert, and an
end resolves it. A summary has at most 1,024 characters, a key 255.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from signal_factory.ids import canonical_json, content_hash

from ..config import PagerDutyRoute
from ..message import Message
from ..model import Kind
from ..references import Secrets
from ..wording import shortened
from .http import Answer, Post, judged
from .port import Delivered, Outcome

_SEVERITY: Final = {"SEV-1": "critical", "SEV-2": "error", "SEV-3": "warning", "SEV-4": "info"}
_MOST_SUMMARY, _MOST_KEY, _MOST_DETAIL = 1_024, 255, 8_000


class PagerDuty:
    """A ``Channel`` to one integration."""

    def __init__(
        self, route: PagerDutyRoute, secrets: Secrets, post: Post, now: Callable[[], datetime]
    ) -> None:
        self._route, self._secrets, self._post, self._now = route, secrets, post, now

    def deliver(self, message: Message, reference: str | None) -> Outcome:  # noqa: ARG002 - keys suffice
        """Trigger, or resolve all that the message ends. Repeating it changes nothing."""
        key = self._secrets.get(self._route.routing_key)
        outcome: Outcome = Delivered()
        for event in _events(message):
            body = canonical_json({"routing_key": key, **event}).encode()
            answer = self._post(self._route.url, body, {"Content-Type": "application/json"})
            outcome = judged(answer, self._now, (key,)) if isinstance(answer, Answer) else answer
            if not isinstance(outcome, Delivered):
                return outcome
        return outcome


def _events(message: Message) -> list[dict[str, Any]]:
    if message.kind is Kind.RESOLVED:
        return [{"event_action": "resolve", "dedup_key": _key(each)} for each in message.closes]
    return [_trigger(message)]


def _trigger(message: Message) -> dict[str, Any]:
    links = [("Incident", message.links.page), ("Root cause analysis", message.links.rca)]
    return {
        "event_action": "trigger",
        "dedup_key": _key(message.thread),
        "client": "Signal Factory",
        **({"client_url": message.links.page} if message.links.page else {}),
        "links": [{"href": href, "text": text} for text, href in links if href],
        "payload": {
            "summary": shortened(message.headline, _MOST_SUMMARY),
            "severity": "warning" if message.kind is Kind.AT_RISK else _SEVERITY[message.severity],
            "source": "signal-factory",
            "timestamp": message.at.isoformat(timespec="milliseconds"),
            "component": message.dataset or None,
            "group": message.team or None,
            "class": str(message.kind),
            "custom_details": _details(message),
        },
    }


def _details(message: Message) -> dict[str, Any]:
    details: dict[str, Any] = {name.lower().replace(" ", "_"): value for name, value in message.facts}
    told = "\n\n".join(part for part in (message.why, message.body, "\n".join(message.items)) if part)
    return details | {"incident_id": message.incident_id, "explanation": shortened(told, _MOST_DETAIL)}


def _key(thread: str) -> str:
    return thread if len(thread) <= _MOST_KEY else content_hash(thread)
