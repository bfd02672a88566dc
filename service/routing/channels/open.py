"""From a configured route to its channel."""

from collections.abc import Callable
from datetime import datetime

from ..config import AnyRoute, MailRoute, PagerDutyRoute, SlackRoute
from ..references import Secrets
from .http import poster
from .mail import Mail
from .pagerduty import PagerDuty
from .port import Channel
from .slack import SlackBot, SlackWebhook
from .webhook import Webhook


def channel_of(route: AnyRoute, secrets: Secrets, now: Callable[[], datetime], timeout_s: float) -> Channel:
    """The channel; nothing is connected or looked up before it delivers."""
    if isinstance(route, MailRoute):
        return Mail(route, secrets, timeout_s)
    post = poster(timeout_s)
    if isinstance(route, PagerDutyRoute):
        return PagerDuty(route, secrets, post, now)
    if isinstance(route, SlackRoute):
        make = SlackBot if route.token else SlackWebhook
        return make(route, secrets, post, now)
    return Webhook(route, secrets, post, now)
