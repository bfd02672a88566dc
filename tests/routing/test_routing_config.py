"""``[routes]`` of sf.toml: what is read, what is refused, and what is never shown."""

from pathlib import Path

import pytest

from service.routing.config import (
    Flapping,
    Limits,
    MailRoute,
    Match,
    PagerDutyRoute,
    Retry,
    Routes,
    SlackRoute,
    Storm,
    WebhookRoute,
)
from service.routing.model import Gate
from service.routing.references import Secrets
from service.settings import LoadedSettings, load_settings
from signal_factory.errors import ConfigurationError

GOOD = """
[routes]
base_url = "https://sf.example.com"
default_gate = "G1"
warn_within_h = 6

[routes.gates]
"ds://gold/*" = "G3"

[routes.escalate_after_h]
tier_1 = 4

[routes.to.oncall]
channel = "pagerduty"
routing_key = "env:PD_KEY"
match = { teams = ["orders"], severities = ["SEV-1", "SEV-2"], tiers = [1], gates = ["G2", "G3"] }

[routes.to.channel]
channel = "slack"
token = "file:slack-token"
to = "C123"

[routes.to.mail]
channel = "email"
host = "smtp.example.com"
sender = "sf@example.com"
to = ["data@example.com"]

[routes.to.hook]
channel = "webhook"
url = "https://hooks.example.com/sf"
secret = "env:HOOK_SECRET"
"""


MAIL = 'channel = "email"\nhost = "h"\nsender = "a@b.c"\nto = ["a@b.c"]\n'


def load(tmp_path: Path, text: str) -> LoadedSettings:
    (tmp_path / "sf.toml").write_text(text, encoding="utf-8")
    return load_settings({"data_dir": tmp_path}, {"SF_ROUTES": "ignored"})


def test_routes_are_read_with_their_types(tmp_path: Path) -> None:
    routes = load(tmp_path, GOOD).settings.routes
    assert list(routes.to) == ["oncall", "channel", "mail", "hook"]
    assert routes.gates == {"ds://gold/*": Gate.G3}
    assert routes.policy().limit(1).total_seconds() == 4 * 3600
    assert routes.policy().limit(None).total_seconds() == 72 * 3600
    assert [each.is_pager for each in routes.to.values()] == [True, False, False, False]


def test_without_the_section_there_are_none(tmp_path: Path) -> None:
    assert load(tmp_path, "").settings.routes.to == {}


def test_doctor_s_list_shows_names_only(tmp_path: Path) -> None:
    (told,) = [each for each in load(tmp_path, GOOD).described() if each["name"] == "routes"]
    assert told == {
        "name": "routes", "source": "sf.toml",
        "value": "oncall (pagerduty), channel (slack), mail (email), hook (webhook)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ('channel = "pagerduty"\nrouting_key = "s3cr3t"', "env:NAME or file:PATH"),
        ('channel = "slack"\nwebhook = "https://hooks.slack.com/services/s3cr3t"', "env:NAME or file:PATH"),
        ('channel = "slack"', "either webhook, or token and to"),
        ('channel = "slack"\ntoken = "env:X"', "either webhook, or token and to"),
        ('channel = "webhook"\nsecret = "env:X"\nurl = "http://hooks.example.com"', "https://"),
        ('channel = "webhook"\nsecret = "env:X"\nurl = "https://u:s3cr3t@example.com"', "user or password"),
        ('channel = "webhook"\nsecret = "env:X"\nurl = "file:///etc/passwd"', "http"),
        ('channel = "email"\nhost = "h"\nsender = "a@b.c\\nBcc: x@y.z"\nto = ["a@b.c"]', "pattern"),
        ('channel = "email"\nhost = "h"\nsender = "a@b.c"\nto = []', "at least 1"),
        (f'{MAIL}user = "u"', "go together"),
        (f'{MAIL}tls = "none"\nuser = "u"\npassword = "env:X"', "without TLS"),
        ('channel = "pigeon"', "pigeon"),
        ('channel = "slack"\nwebhook = "env:X"\nmatch = { gates = ["G0"] }', "match.gates"),
        ('channel = "slack"\nwebhook = "env:X"\nmatch = { severity = ["SEV-1"] }', "match.severity"),
    ],
)  # fmt: skip
def test_a_wrong_route_is_refused_by_its_place_and_without_its_values(
    tmp_path: Path, route: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as failed:
        load(tmp_path, f"[routes.to.x]\n{route}\n")
    assert str(failed.value).startswith("routes.to.x")
    assert said in str(failed.value)
    assert "s3cr3t" not in str(failed.value)


def test_a_secret_is_looked_up_anew_in_the_directory_the_home_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "key").write_text("one\n", encoding="utf-8")
    (tmp_path / "home" / "key").write_text("two\n", encoding="utf-8")
    secrets = Secrets({"KEY": " three "}, tmp_path)
    assert [secrets.get(each) for each in ("file:key", "file:~/key", "env:KEY")] == ["one", "two", "three"]
    (tmp_path / "key").write_text("rotated", encoding="utf-8")
    assert secrets.get("file:key") == "rotated"
    assert not any(secrets.has(each) for each in ("file:none", "file:~nobody-at-all/key", "env:NONE"))


PAGE = Path(__file__).parents[2] / "docs" / "routing.md"


def test_the_example_of_the_page_is_valid(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    routes = load(tmp_path, example).settings.routes
    assert [each.channel for each in routes.to.values()] == ["pagerduty", "slack", "email", "webhook"]
    assert routes.gates == {"ds://raw/*": Gate.G0, "ds://sandbox/*": Gate.G1}


def test_the_page_names_every_key() -> None:
    text = PAGE.read_text(encoding="utf-8")
    models = (
        Routes,
        Flapping,
        Storm,
        Retry,
        Limits,
        Match,
        PagerDutyRoute,
        SlackRoute,
        MailRoute,
        WebhookRoute,
    )
    missing = {key for model in models for key in model.model_fields if key not in text}
    assert missing == set()
