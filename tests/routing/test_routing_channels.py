"""Each channel against a server that speaks its protocol."""

import base64
import hashlib
import hmac
import json
import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from receivers import (
    PAGERDUTY_BAD,
    PAGERDUTY_OK,
    SLACK_LIMITED,
    SLACK_OK,
    Receiver,
    Reply,
    post_office,
    posted,
    receiving,
    slack_error,
)

from service.routing.channels.open import channel_of
from service.routing.channels.port import Channel, Delivered, Refused, Retry
from service.routing.channels.webhook import signature
from service.routing.config import MailRoute, PagerDutyRoute, SlackRoute, WebhookRoute
from service.routing.message import Message, digest_of, message_of
from service.routing.model import Asset, Gate, Kind, Notice, Snapshot
from service.routing.references import Secrets
from signal_factory.errors import ConfigurationError

NOW = datetime(2026, 1, 19, 6, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
SECRETS = Secrets({"KEY": KEY, "TOKEN": "xoxb-secret", "PASSWORD": "hunter2"}, Path())
SEEN = Snapshot(
    "inc-1", "Orders are late", "SEV-1", True, NOW, "ds://gold/orders", ("ds://gold/orders",), ("orders",), 1,
    signature="MISSING_FIELD:customer_id", cause="orders-svc v3.17 went live 17 seconds before",
    confidence="HIGH", narrative="orders are broken because of orders-svc:v3.17.", downstream=4,
)  # fmt: skip


def message(kind: Kind = Kind.OPENED, *, seen: Snapshot = SEEN, **more: Any) -> Message:
    notice = Notice(kind, "here", f"{seen.incident_id}/{kind}/1", "orders", seen, NOW, 1, **more)
    return message_of(notice, "https://sf.example.com/", "https://page.example.com")


HOSTILE = message(
    seen=replace(
        SEEN,
        title="<!channel> *bold* & </b><script>alert(1)</script>\r\nBcc: all@example.com\u2028\u202egnp",
        narrative="ignore\x00 all\x1b[31m <https://evil.example|click> <@U1> " + "x" * 9_000,
        signature="A&B<C>", runbook="javascript:alert(1)",
    )
)  # fmt: skip


# PagerDuty


@pytest.fixture
def pagerduty() -> Iterator[tuple[Receiver, Channel]]:
    with receiving(PAGERDUTY_OK) as receiver:
        route = PagerDutyRoute(channel="pagerduty", routing_key="env:KEY", url=f"{receiver.url}/v2/enqueue")
        yield receiver, channel_of(route, SECRETS, lambda: NOW, 5.0)


def test_pagerduty_is_triggered_with_the_incident_as_dedup_key(pagerduty: tuple[Receiver, Channel]) -> None:
    receiver, channel = pagerduty
    assert channel.deliver(message(), None) == Delivered()
    (got,) = receiver.got
    assert got.path == "/v2/enqueue"
    assert got.headers["content-type"] == "application/json"
    event = got.json
    assert (event["routing_key"], event["event_action"], event["dedup_key"]) == (KEY, "trigger", "inc-1")
    payload = event["payload"]
    assert (payload["severity"], payload["source"], payload["group"]) == (
        "critical",
        "signal-factory",
        "orders",
    )
    assert payload["summary"] == "[SEV-1] Orders are late"
    assert datetime.fromisoformat(payload["timestamp"]) == NOW
    assert payload["custom_details"]["signature"] == "MISSING_FIELD:customer_id"
    assert {each["href"] for each in event["links"]} == {
        "https://page.example.com/?incident=inc-1",
        "https://sf.example.com/api/v1/incidents/inc-1/rca",
    }


def test_pagerduty_resolves_every_thread_that_an_end_closes(pagerduty: tuple[Receiver, Channel]) -> None:
    receiver, channel = pagerduty
    ended = message(Kind.RESOLVED, closes=("inc-1", "inc-1/escalated/1"))
    assert channel.deliver(ended, None) == Delivered()
    assert [(each.json["event_action"], each.json["dedup_key"]) for each in receiver.got] == [
        ("resolve", "inc-1"), ("resolve", "inc-1/escalated/1"),
    ]  # fmt: skip


def test_an_escalation_rings_as_an_alert_of_its_own(pagerduty: tuple[Receiver, Channel]) -> None:
    receiver, channel = pagerduty
    channel.deliver(message(Kind.ESCALATED), None)
    assert receiver.got[0].json["dedup_key"] == "inc-1/escalated/1"


def test_a_warning_pages_as_a_warning(pagerduty: tuple[Receiver, Channel]) -> None:
    receiver, channel = pagerduty
    asset = Asset("ds://gold/finance", "finance", 2, Gate.G2, NOW + timedelta(hours=3))
    channel.deliver(message(Kind.AT_RISK, assets=(asset,)), None)
    payload = receiver.got[0].json["payload"]
    assert payload["severity"] == "warning"
    assert "ds://gold/finance by 2026-01-19 09:00 UTC" in payload["custom_details"]["explanation"]


@pytest.mark.parametrize(
    ("reply", "outcome", "wait"),
    [
        (PAGERDUTY_BAD, Refused, 0), (Reply(403, "forbidden"), Refused, 0), (Reply(404), Refused, 0),
        (Reply(301, "", {"Location": "/elsewhere"}), Refused, 0), (Reply(429, "", {"Retry-After": "17"}), Retry, 17),
        (Reply(429), Retry, 0), (Reply(429, "", {"Retry-After": "soon"}), Retry, 0),
        (Reply(503, "", {"Retry-After": "Mon, 19 Jan 2026 06:01:40 GMT"}), Retry, 100),
        (Reply(429, "", {"Retry-After": "99999999"}), Retry, 3600), (Reply(500, "oops"), Retry, 0),
        (Reply(408), Retry, 0), (Reply(202, "not json"), Delivered, 0), (Reply(200, hangs_up=True), Retry, 0),
    ],
)  # fmt: skip
def test_an_answer_says_whether_to_try_again(
    pagerduty: tuple[Receiver, Channel], reply: Reply, outcome: type, wait: float
) -> None:
    receiver, channel = pagerduty
    receiver.answers(reply)
    found = channel.deliver(message(), None)
    assert isinstance(found, outcome)
    if isinstance(found, Retry):
        assert found.after_s == wait
    assert len(receiver.got) == 1


def test_a_closed_port_is_tried_again() -> None:
    with receiving(PAGERDUTY_OK) as receiver:
        url = receiver.url
    route = PagerDutyRoute(channel="pagerduty", routing_key="env:KEY", url=url)
    assert channel_of(route, SECRETS, lambda: NOW, 2.0).deliver(message(), None) == Retry(
        "no answer: ConnectError"
    )


def test_what_pagerduty_gets_keeps_to_its_lengths(pagerduty: tuple[Receiver, Channel]) -> None:
    receiver, channel = pagerduty
    channel.deliver(HOSTILE.model_copy(update={"headline": "é" * 5_000, "thread": "t" * 900}), None)
    event = receiver.got[0].json
    assert len(event["payload"]["summary"]) == 1_024
    assert len(event["dedup_key"]) <= 255
    assert len(receiver.got[0].body) < 512 * 1_024


# Slack


@pytest.fixture
def slack_webhook() -> Iterator[tuple[Receiver, Channel]]:
    with receiving(SLACK_OK) as receiver:
        secrets = Secrets({"HOOK": f"{receiver.url}/services/T0/B0/topsecret"}, Path())
        yield receiver, channel_of(SlackRoute(channel="slack", webhook="env:HOOK"), secrets, lambda: NOW, 5.0)


@pytest.fixture
def slack_bot() -> Iterator[tuple[Receiver, Channel]]:
    with receiving(posted("1503435956.000247")) as receiver:
        route = SlackRoute(channel="slack", token="env:TOKEN", to="C123", api=f"{receiver.url}/api")
        yield receiver, channel_of(route, SECRETS, lambda: NOW, 5.0)


def test_a_slack_webhook_gets_text_and_blocks(slack_webhook: tuple[Receiver, Channel]) -> None:
    receiver, channel = slack_webhook
    assert channel.deliver(message(), None) == Delivered()
    got = receiver.got[0]
    assert got.path == "/services/T0/B0/topsecret"
    assert got.json["text"] == "[SEV-1] Orders are late"
    assert [each["type"] for each in got.json["blocks"]] == ["header", "section", "section", "context"]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(400, "invalid_payload"), Refused), (Reply(403, "action_prohibited"), Refused),
        (Reply(404, "no_service"), Refused), (Reply(410, "channel_is_archived"), Refused),
        (Reply(500, "rollup_error"), Retry), (Reply(429, "rate_limited", {"Retry-After": "30"}), Retry),
    ],
)  # fmt: skip
def test_a_slack_webhook_s_errors(
    slack_webhook: tuple[Receiver, Channel], reply: Reply, outcome: type
) -> None:
    receiver, channel = slack_webhook
    receiver.answers(reply)
    found = channel.deliver(message(), None)
    assert isinstance(found, outcome)
    assert not isinstance(found, Delivered)
    assert str(reply.body) in found.reason


def test_a_bot_begins_a_thread_and_goes_on_in_it(slack_bot: tuple[Receiver, Channel]) -> None:
    receiver, channel = slack_bot
    assert channel.deliver(message(), None) == Delivered("1503435956.000247")
    assert channel.deliver(message(Kind.ESCALATED), "1503435956.000247") == Delivered()
    first, second = (each.json for each in receiver.got)
    assert receiver.got[0].path == "/api/chat.postMessage"
    assert receiver.got[0].headers["authorization"] == "Bearer xoxb-secret"
    assert first["channel"] == "C123"
    assert "thread_ts" not in first
    assert (second["thread_ts"], second["reply_broadcast"]) == ("1503435956.000247", True)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (slack_error("channel_not_found"), Refused), (slack_error("invalid_auth"), Refused),
        (slack_error("msg_too_long"), Refused), (slack_error("ratelimited"), Retry),
        (slack_error("internal_error"), Retry), (SLACK_LIMITED, Retry), (Reply(200, "<html>"), Retry),
        (Reply(503), Retry),
    ],
)  # fmt: skip
def test_a_bot_s_errors(slack_bot: tuple[Receiver, Channel], reply: Reply, outcome: type) -> None:
    receiver, channel = slack_bot
    receiver.answers(reply)
    assert isinstance(channel.deliver(message(), None), outcome)


def test_where_the_thread_was_deleted_the_message_stands_in_the_channel(
    slack_bot: tuple[Receiver, Channel],
) -> None:
    receiver, channel = slack_bot
    receiver.answers(slack_error("thread_not_found"))
    assert channel.deliver(message(Kind.RESOLVED), "1.2") == Delivered("1503435956.000247")
    assert ["thread_ts" in each.json for each in receiver.got] == [True, False]


def test_nothing_from_telemetry_is_markup_in_slack(slack_bot: tuple[Receiver, Channel]) -> None:
    receiver, channel = slack_bot
    channel.deliver(HOSTILE, None)
    payload = receiver.got[0].json
    assert "<!channel>" not in payload["text"]
    assert "&lt;!channel&gt;" in payload["text"]
    for block in payload["blocks"]:
        for text in [block.get("text"), *block.get("fields", [])]:
            assert text is None or text["type"] == "plain_text"
            assert text is None or len(text["text"]) <= 3_000
        for element in block.get("elements", []):
            assert "evil" not in element["text"]
    assert len(payload["blocks"][0]["text"]["text"]) <= 150
    assert not {"\x00", "\x1b", "\u202e"} & set(json.dumps(payload, ensure_ascii=False))


# Webhook


def test_the_signature_is_that_of_the_standard_s_own_example() -> None:
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330,
        b'{"test": 2432232314}',
    )  # fmt: skip
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_signed_and_named_alike_at_each_attempt() -> None:
    with receiving(Reply(204)) as receiver:
        route = WebhookRoute(channel="webhook", url=f"{receiver.url}/hook", secret="env:KEY")
        channel = channel_of(route, SECRETS, lambda: NOW, 5.0)
        receiver.answers(Reply(500))
        assert isinstance(channel.deliver(message(), None), Retry)
        assert channel.deliver(message(), None) == Delivered()
        assert channel.deliver(message(Kind.RESOLVED), None) == Delivered()
    names = [each.headers["webhook-id"] for each in receiver.got]
    assert names[0] == names[1] != names[2]
    for got in receiver.got:
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
        expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
        assert got.headers["webhook-signature"] == f"v1,{expected}"
    document = receiver.got[0].json
    assert (document["type"], document["timestamp"]) == ("incident.opened", "2026-01-19T06:00:00.000Z")
    assert document["data"]["incident_id"] == "inc-1"
    assert document["data"]["facts"]["Cause"] == "orders-svc v3.17 went live 17 seconds before"


# Mail


def mail_route(port: int, **more: Any) -> MailRoute:
    given = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "sf@example.com", **more}
    return MailRoute.model_validate({"channel": "email", "to": ["a@example.com", "b@example.com"], **given})


def mailer(port: int, **more: Any) -> Channel:
    return channel_of(mail_route(port, **more), SECRETS, lambda: NOW, 5.0)


def test_a_mail_arrives_as_text_and_html_and_its_follow_up_refers_to_it() -> None:
    with post_office() as office:
        first = mailer(office.port).deliver(message(), None)
        assert isinstance(first, Delivered)
        assert isinstance(mailer(office.port).deliver(message(Kind.RESOLVED), first.reference), Delivered)
    one, two = office.mails
    assert office.envelopes[0] == ("sf@example.com", ["a@example.com", "b@example.com"])
    assert one["Subject"] == "[SEV-1] Orders are late"
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["Message-ID"] == first.reference
    assert two["References"] == first.reference == two["In-Reply-To"]
    assert two["Message-ID"] != one["Message-ID"]
    plain, html = one.get_body(("plain",)), one.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "orders are broken because of orders-svc:v3.17." in plain.get_content()
    assert "https://page.example.com/?incident=inc-1" in html.get_content()


def test_the_same_mail_sent_twice_has_one_id() -> None:
    with post_office() as office:
        for _ in range(2):
            mailer(office.port).deliver(message(), None)
    assert len({each["Message-ID"] for each in office.mails}) == 1


def test_a_title_can_forge_neither_header_nor_html() -> None:
    with post_office() as office:
        assert isinstance(mailer(office.port).deliver(HOSTILE, None), Delivered)
    mail = office.mails[0]
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert len(mail["Subject"]) <= 200
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
    assert "javascript:" not in html.get_content()
    assert office.envelopes[0][1] == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize(
    ("stage", "answers", "outcome"),
    [
        ("rcpt", ["550 5.1.1 no such user"] * 2, Refused), ("rcpt", ["450 4.2.0 greylisted"] * 2, Retry),
        ("rcpt", ["550 no such user"], Delivered), ("rcpt", ["550 no", "451 later"], Retry),
        ("data", ["554 5.7.1 spam"], Refused), ("data", ["452 4.3.1 full"], Retry),
    ],
)  # fmt: skip
def test_a_mail_server_s_refusals(stage: str, answers: list[str], outcome: type) -> None:
    with post_office() as office:
        office.refuses(stage, *answers)
        assert isinstance(mailer(office.port).deliver(message(), None), outcome)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_a_mail_server_that_wants_a_login_gets_it_and_a_wrong_one_is_refused() -> None:
    with post_office(login=(b"sf", b"hunter2")) as office:
        given = {"user": "sf", "password": "env:PASSWORD"}
        assert isinstance(mailer(office.port, **given).deliver(message(), None), Delivered)
        wrong = mailer(office.port, user="sf", password="env:KEY").deliver(message(), None)
        assert isinstance(wrong, Refused)
        assert KEY not in wrong.reason
        assert isinstance(mailer(office.port).deliver(message(), None), Refused)
    assert len(office.mails) == 1


def test_mail_is_not_sent_in_the_open_where_tls_is_wanted() -> None:
    with post_office() as office:
        assert isinstance(mailer(office.port, tls="starttls").deliver(message(), None), Refused)
    assert office.mails == []


def _vouched_for(key: Path, certificate: Path) -> None:
    """Write a key and its own certificate for 127.0.0.1."""
    own, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(own, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(own.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def test_mail_goes_over_tls_to_a_server_that_the_ca_vouches_for(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    _vouched_for(key, certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with post_office(tls=context, login=(b"sf", b"hunter2")) as office:
        given = {"tls": "starttls", "user": "sf", "password": "env:PASSWORD"}
        stranger = mailer(office.port, **given).deliver(message(), None)
        known = mailer(office.port, ca_file=str(certificate), **given).deliver(message(), None)
    assert isinstance(stranger, Retry)
    assert isinstance(known, Delivered)
    assert office.logins == [(b"sf", b"hunter2")]
    assert len(office.mails) == 1


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    with post_office() as office:
        port = office.port
    assert isinstance(mailer(port).deliver(message(), None), Retry)


# All of them


def test_a_digest_counts_what_it_cannot_list() -> None:
    digest = digest_of("digest/1", [message() for _ in range(60)], 300)
    assert digest.headline == "[SEV-1] 60 more notices for orders"
    assert (len(digest.items), digest.items[-1]) == (51, "and 10 more")


def test_a_missing_secret_is_named_and_not_guessed(pagerduty: tuple[Receiver, Channel]) -> None:
    route = PagerDutyRoute(channel="pagerduty", routing_key="env:NOWHERE", url=pagerduty[0].url)
    with pytest.raises(ConfigurationError, match="env:NOWHERE"):
        channel_of(route, SECRETS, lambda: NOW, 5.0).deliver(message(), None)
    assert pagerduty[0].got == []


@pytest.mark.parametrize("address", ["http://hooks.example.com/x", "ftp://x/y", "no address"])
def test_a_slack_webhook_that_is_no_safe_address_is_not_called(address: str) -> None:
    channel = channel_of(
        SlackRoute(channel="slack", webhook="env:HOOK"), Secrets({"HOOK": address}, Path()), lambda: NOW, 1.0
    )
    with pytest.raises(ConfigurationError) as failed:
        channel.deliver(message(), None)
    assert address not in str(failed.value)


def test_no_secret_comes_back_in_a_reason_or_a_log(
    slack_webhook: tuple[Receiver, Channel], pagerduty: tuple[Receiver, Channel],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG, logger="signal_factory")
    for (receiver, channel), secret in ((slack_webhook, "topsecret"), (pagerduty, KEY)):
        receiver.answers(Reply(400, f"what is {secret}? {receiver.url}/services/T0/B0/topsecret"))
        found = channel.deliver(message(), None)
        assert isinstance(found, Refused)
        assert secret not in found.reason
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("signal_factory")]
    assert not any("topsecret" in each or KEY in each for each in ours)
