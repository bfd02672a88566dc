"""Slack: incoming webhooks, and ``chat.postMessage`` with threads.

Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://docs.slack.dev/reference/methods/chat.postMessage.

What comes from telemetry stands in ``plain_text``, where nothing is markup, or is
escaped: ``<!channel>`` in a name notifies nobody.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, cast

from signal_factory.errors import ConfigurationError
from signal_factory.ids import canonical_json

from ..config import SlackRoute, is_safe_address
from ..message import Message
from ..model import Kind
from ..references import Secrets
from ..wording import shortened
from .http import Answer, Post, judged, retry_after, told
from .port import Delivered, Outcome, Refused, Retry

_MOST_TEXT, _MOST_HEADER, _MOST_SECTION, _MOST_FIELD = 3_000, 150, 3_000, 2_000
_PASSING: Final = frozenset(
    """ratelimited rate_limited internal_error fatal_error service_unavailable request_timeout
    team_added_to_org accesslimited""".split()
)
_GONE: Final = frozenset({"thread_not_found", "message_not_found", "cannot_reply_to_message"})
_ALOUD: Final = frozenset({Kind.RAISED, Kind.REOPENED, Kind.ESCALATED, Kind.FLAPPING})
_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}


class SlackWebhook:
    """A ``Channel`` to an incoming webhook. It cannot thread: Slack tells no message id there."""

    def __init__(self, route: SlackRoute, secrets: Secrets, post: Post, now: Callable[[], datetime]) -> None:
        self._reference, self._secrets = route.webhook or "", secrets
        self._post, self._now = post, now

    def deliver(self, message: Message, reference: str | None) -> Outcome:  # noqa: ARG002 - no threads here
        """Post once.

        Raises:
            ConfigurationError: the secret is missing, or is no address.
        """
        url = self._secrets.get(self._reference)
        if not is_safe_address(url):
            raise ConfigurationError(
                f"{self._reference} holds no https:// address", hint="Copy the webhook's address whole."
            )
        answer = self._post(url, _body(_rendered(message)), _JSON)
        hidden = (url, url.rpartition("/")[2])
        return judged(answer, self._now, hidden) if isinstance(answer, Answer) else answer


class SlackBot:
    """A ``Channel`` to a Slack channel, one thread for each incident."""

    def __init__(self, route: SlackRoute, secrets: Secrets, post: Post, now: Callable[[], datetime]) -> None:
        self._route, self._secrets, self._post, self._now = route, secrets, post, now

    def deliver(self, message: Message, reference: str | None) -> Outcome:
        """Post into the incident's thread; into the channel where that thread was deleted."""
        outcome, error = self._deliver(message, reference)
        return self._deliver(message, None)[0] if reference and error in _GONE else outcome

    def _deliver(self, message: Message, reference: str | None) -> tuple[Outcome, str]:
        token = self._secrets.get(self._route.token or "")
        payload = _rendered(message) | {"channel": self._route.to, "unfurl_links": False}
        if reference:
            payload |= {"thread_ts": reference, "reply_broadcast": message.kind in _ALOUD}
        headers = {**_JSON, "Authorization": f"Bearer {token}"}
        answer = self._post(f"{self._route.api}/chat.postMessage", _body(payload), headers)
        if not isinstance(answer, Answer):
            return answer, ""
        return self._judged(answer, token, is_reply=bool(reference))

    def _judged(self, answer: Answer, token: str, *, is_reply: bool) -> tuple[Outcome, str]:
        outcome = judged(answer, self._now, (token,))
        if not isinstance(outcome, Delivered):
            return outcome, ""
        found = _document(answer.text)
        if found.get("ok") is True:
            return Delivered("" if is_reply else str(found.get("ts") or "")), ""
        error = str(found.get("error") or "no_json")
        if error in _PASSING or not found:
            return Retry(told(answer, (token,)), retry_after(answer, self._now)), error
        return Refused(told(answer, (token,))), error


def escaped(text: str) -> str:
    """``text`` as mrkdwn shows it literally (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rendered(message: Message) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(message.headline, _MOST_HEADER)},
        *({"type": "section", "text": _plain(part, _MOST_SECTION)} for part in _parts(message)),
    ]
    if message.facts:
        fields = [_plain(f"{name}: {value}", _MOST_FIELD) for name, value in message.facts[:10]]
        blocks.append({"type": "section", "fields": fields})
    links = [("Open the incident", message.links.page), ("Root cause analysis", message.links.rca)]
    shown = " · ".join(f"<{_address(href)}|{text}>" for text, href in links if href)
    if shown:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": shown}]})
    return {"text": shortened(escaped(message.headline), _MOST_TEXT), "blocks": blocks}


def _parts(message: Message) -> list[str]:
    items = "\n".join(f"• {each}" for each in message.items)
    return [part for part in (message.why, message.body, items) if part]


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": shortened(text, most), "emoji": False}


def _address(href: str) -> str:
    return escaped(href).replace("|", "%7C")


def _body(payload: dict[str, Any]) -> bytes:
    return canonical_json(payload).encode()


def _document(text: str) -> dict[str, Any]:
    try:
        found: object = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
