"""E-mail over SMTP (RFC 5321, RFC 5322; Auto-Submitted of RFC 3834).

The Message-ID is made of the notice's key, so that a mail sent twice is known as one;
References keep an incident in one conversation.
"""

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Final

from signal_factory.ids import content_hash

from ..config import MailRoute
from ..message import Message
from ..references import Secrets
from ..wording import line, shortened
from .port import Delivered, Outcome, Refused, Retry

_MOST_SUBJECT: Final = 200
_URGENT: Final = "SEV-1"


class Mail:
    """A ``Channel`` to some addresses."""

    def __init__(self, route: MailRoute, secrets: Secrets, timeout_s: float) -> None:
        self._route, self._secrets, self._timeout_s = route, secrets, timeout_s

    def deliver(self, message: Message, reference: str | None) -> Outcome:
        """Hand the mail to the server; it arrived where the server took it for at least one address."""
        route = self._route
        password = self._secrets.get(route.password) if route.password else ""
        mail = composed(route, message, is_first=reference is None)
        try:
            server = self._connected()
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error, password)
        except (OSError, smtplib.SMTPException) as error:
            return Retry(f"no connection: {type(error).__name__}")
        try:
            return self._handed_over(server, mail, password)
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        route = self._route
        if route.tls == "implicit":
            trusted = ssl.create_default_context(cafile=route.ca_file)
            return smtplib.SMTP_SSL(route.host, route.port, timeout=self._timeout_s, context=trusted)
        return smtplib.SMTP(route.host, route.port, timeout=self._timeout_s)

    def _handed_over(self, server: smtplib.SMTP, mail: EmailMessage, password: str) -> Outcome:
        try:
            if self._route.tls == "starttls":
                server.starttls(context=ssl.create_default_context(cafile=self._route.ca_file))
            if self._route.user is not None:
                server.login(self._route.user, password)
            server.send_message(mail, self._route.sender, list(self._route.to))
        except smtplib.SMTPRecipientsRefused as error:
            code, text = min(error.recipients.values())
            return _answered(code, text, password)
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error, password)
        except smtplib.SMTPNotSupportedError as error:
            return Refused(line(f"the server cannot do that: {error}", 200))
        except (OSError, smtplib.SMTPException) as error:
            return Retry(f"no answer: {type(error).__name__}")
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        return Delivered(str(mail["Message-ID"]))


def composed(route: MailRoute, message: Message, *, is_first: bool) -> EmailMessage:
    """The mail: plain text and the same as HTML."""
    mail = EmailMessage()
    mail["From"], mail["To"] = route.sender, ", ".join(route.to)
    mail["Subject"] = shortened(line(message.headline, _MOST_SUBJECT), _MOST_SUBJECT)
    mail["Date"] = format_datetime(message.at.astimezone(UTC))
    root, own = _message_id(route, message.conversation), _message_id(route, message.key)
    mail["Message-ID"] = root if is_first else own
    if not is_first:
        mail["In-Reply-To"] = mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Signal-Factory-Conversation"] = line(message.conversation, 200)
    mail["X-Signal-Factory-Kind"] = str(message.kind)
    if message.severity == _URGENT:
        mail["Importance"] = "high"
    mail.set_content(f"{message.headline}\n\n{message.text}\n", cte="quoted-printable")
    mail.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    return mail


def _html(message: Message) -> str:
    rows = "".join(
        f"<tr><th align=left>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in message.facts
    )
    items = "".join(f"<li>{escape(each)}</li>" for each in message.items)
    links = "".join(
        f'<p><a href="{escape(href)}">{text}</a></p>'
        for text, href in (("Open the incident", message.links.page), ("Root cause", message.links.rca))
        if href
    )
    return (
        f"<h3>{escape(message.headline)}</h3><p>{escape(message.why)}</p>"
        f"<pre style='white-space:pre-wrap'>{escape(message.body)}</pre>"
        f"<ul>{items}</ul><table>{rows}</table>{links}"
    )


def _message_id(route: MailRoute, name: str) -> str:
    host = route.sender.rpartition("@")[2]
    return f"<{content_hash([name, sorted(route.to)])[:40]}@{host}>"


def _answered(code: int, text: bytes | str, password: str) -> Outcome:
    """4yz may pass, 5yz will not (RFC 5321 §4.2.1); no code at all is a broken connection."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if password:
        said = said.replace(password, "[secret]")
    reason = line(f"SMTP {code} {said}", 200)
    return Refused(reason) if code >= 500 else Retry(reason)
