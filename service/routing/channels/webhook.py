"""Any HTTP receiver, signed as Standard Webhooks 1.0 has it.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.

``webhook-id`` is the same at each attempt: a receiver that keeps it has each notice once.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from signal_factory.errors import ConfigurationError
from signal_factory.ids import canonical_json, content_hash
from signal_factory.times import format_time

from ..config import WebhookRoute
from ..message import Message
from ..references import Secrets
from .http import Answer, Post, judged
from .port import Outcome

_PREFIX = "whsec_"


class Webhook:
    """A ``Channel`` to one address."""

    def __init__(
        self, route: WebhookRoute, secrets: Secrets, post: Post, now: Callable[[], datetime]
    ) -> None:
        self._route, self._secrets, self._post, self._now = route, secrets, post, now

    def deliver(self, message: Message, reference: str | None) -> Outcome:  # noqa: ARG002 - the body names it
        """Send once, signed anew."""
        secret = self._secrets.get(self._route.secret)
        body = canonical_json(_document(message)).encode()
        name, moment = notice_id(self._route.url, message.key), int(self._now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(secret, name, moment, body),
        }
        answer = self._post(self._route.url, body, headers)
        return judged(answer, self._now, (secret,)) if isinstance(answer, Answer) else answer


def signature(secret: str, name: str, moment: int, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.

    Raises:
        ConfigurationError: the secret begins with ``whsec_`` and what follows is not base64.
    """
    signed = b".".join((name.encode(), str(moment).encode(), body))
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def notice_id(address: str, key: str) -> str:
    """An id without a full stop, which would make the signed text ambiguous."""
    return f"msg_{content_hash([address, key])[:32]}"


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ConfigurationError(
            "a webhook's secret begins with whsec_ but is not base64", hint="Copy it whole."
        ) from None


def _document(message: Message) -> dict[str, object]:
    data = message.model_dump(mode="json", exclude={"at", "kind"})
    data["facts"] = dict(message.facts)
    return {"type": f"incident.{message.kind}", "timestamp": format_time(message.at), "data": data}
