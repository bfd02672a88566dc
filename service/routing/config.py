"""``[routes]`` of ``sf.toml``: who is to hear of what, and where they are reached."""

import ipaddress
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from .model import Gate, Kind, Policy
from .references import Reference

Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")]
_HOUR = 3_600.0


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("should be http(s)://host/…, without user or password")
    return text


def _safe_address(text: str) -> str:
    parts = urlsplit(_web_address(text))
    if parts.scheme != "https" and not _is_local(parts.hostname or ""):
        raise ValueError("should be https://; plain http is for this machine only")
    return text


def is_safe_address(text: str) -> bool:
    """Whether ``text`` is an address that secrets may be sent to."""
    try:
        return bool(_safe_address(text))
    except ValueError:
        return False


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Url = Annotated[Text, AfterValidator(_web_address)]
SafeUrl = Annotated[Text, AfterValidator(_safe_address)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Match(_Frozen):
    """Which incidents a route is for; what is left out admits anything. ``datasets`` are globs."""

    teams: tuple[Text, ...] = ()
    severities: tuple[Severity, ...] = ()
    tiers: tuple[Literal[1, 2, 3], ...] = ()
    gates: tuple[Literal[Gate.G1, Gate.G2, Gate.G3], ...] = ()
    datasets: tuple[Text, ...] = ()


class Route(_Frozen):
    """What every route has. ``kinds`` limits it to some notices; it hears of all otherwise."""

    match: Match = Match()
    kinds: tuple[Kind, ...] = ()

    @property
    def is_pager(self) -> bool:
        """Whether it wakes people."""
        return False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The references to its secrets."""
        return ()


class PagerDutyRoute(Route):
    """PagerDuty, Events API v2."""

    channel: Literal["pagerduty"]
    routing_key: Reference
    url: SafeUrl = "https://events.pagerduty.com/v2/enqueue"

    @property
    def is_pager(self) -> bool:
        """It does."""
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        """The integration key."""
        return (self.routing_key,)


class SlackRoute(Route):
    """Slack: an incoming webhook, or a bot's token and the channel it posts to, in threads."""

    channel: Literal["slack"]
    webhook: Reference | None = None
    token: Reference | None = None
    to: Text | None = None
    api: SafeUrl = "https://slack.com/api"

    @model_validator(mode="after")
    def _one_way(self) -> "SlackRoute":
        if (self.webhook is None) == (self.token is None) or (self.token is None) != (self.to is None):
            raise ValueError("give either webhook, or token and to")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The webhook's address or the token."""
        return tuple(each for each in (self.webhook, self.token) if each)


class MailRoute(Route):
    """E-mail over SMTP. ``tls`` is ``starttls`` (port 587), ``implicit`` (465) or ``none``.

    ``ca_file`` holds the certificates that vouch for the server, where the system's do not.
    """

    channel: Literal["email"]
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Text | None = None
    user: Text | None = None
    password: Reference | None = None
    sender: Address
    to: tuple[Address, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> "MailRoute":
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if self.tls == "none" and self.user is not None and not _is_local(self.host):
            raise ValueError("a password is not sent without TLS")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password."""
        return (self.password,) if self.password else ()


class WebhookRoute(Route):
    """Any HTTP receiver; signed as Standard Webhooks has it."""

    channel: Literal["webhook"]
    url: SafeUrl
    secret: Reference

    @property
    def secrets(self) -> tuple[str, ...]:
        """What requests are signed with."""
        return (self.secret,)


AnyRoute = Annotated[PagerDutyRoute | SlackRoute | MailRoute | WebhookRoute, Field(discriminator="channel")]


class Flapping(_Frozen):
    """More than ``most`` openings within ``within_s`` seconds are one notice."""

    most: Annotated[int, Field(ge=1)] = 3
    within_s: Annotated[float, Field(gt=0)] = _HOUR


class Storm(_Frozen):
    """More than ``most`` notices for one team on one route within ``within_s`` seconds become a digest."""

    most: Annotated[int, Field(ge=1)] = 10
    within_s: Annotated[float, Field(gt=0)] = 300.0


class Retry(_Frozen):
    """A delivery is tried ``tries`` times, ``base_s`` · 2ⁿ seconds apart and at most ``cap_s``."""

    tries: Annotated[int, Field(ge=1, le=1000)] = 30
    base_s: Annotated[float, Field(gt=0)] = 2.0
    cap_s: Annotated[float, Field(gt=0)] = 300.0
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class Limits(_Frozen):
    """Hours that an incident may stay open before it escalates, by tier (architecture review §2.1)."""

    tier_1: Annotated[float, Field(gt=0)] = 24.0
    tier_2: Annotated[float, Field(gt=0)] = 48.0
    tier_3: Annotated[float, Field(gt=0)] = 72.0


class Routes(_Frozen):
    """The whole section. ``gates`` gives a gate to data sets by glob, the first that fits."""

    to: dict[Name, AnyRoute] = Field(default_factory=dict[str, Any])
    base_url: Url | None = None
    page_url: Url | None = None
    gates: dict[Text, Gate] = Field(default_factory=dict[str, Gate])
    default_gate: Gate = Gate.G2
    escalate_after_h: Limits = Limits()
    warn_within_h: Annotated[float, Field(ge=0, le=24 * 14)] = 12.0
    flapping: Flapping = Flapping()
    storm: Storm = Storm()
    retry: Retry = Retry()
    keep_days: Annotated[float, Field(ge=1)] = 35.0

    def __str__(self) -> str:
        """The names of the routes, and nothing of what they hold."""
        return ", ".join(f"{name} ({route.channel})" for name, route in self.to.items()) or "none"

    def policy(self) -> Policy:
        """The rules of ``decide``."""
        hours = self.escalate_after_h
        limits = {1: hours.tier_1, 2: hours.tier_2, 3: hours.tier_3}
        return Policy(
            flaps=self.flapping.most,
            calm=timedelta(seconds=self.flapping.within_s),
            limits={tier: timedelta(hours=limit) for tier, limit in limits.items()},
            warn_within=timedelta(hours=self.warn_within_h),
        )
