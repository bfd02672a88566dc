"""Takes one route's messages to its channel: in order, again after failures, and no more after the last.

Waits grow as base · 2ⁿ up to a cap, each spread between its half and its whole, so
that routes that failed together do not come back together.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from signal_factory.errors import ConfigurationError

from .channels.port import Channel, Delivered, Outcome, Refused, Retry
from .config import Retry as RetrySettings
from .outbox import Delivery, Outbox

_LOG = logging.getLogger("signal_factory.service.routing")
_SHORTEST_REST_S = 0.05


def delay_s(settings: RetrySettings, attempt: int, chance: float) -> float:
    """Seconds before the attempt after ``attempt`` (1…), for a ``chance`` in 0..1."""
    whole = min(settings.cap_s, settings.base_s * 2.0 ** min(attempt - 1, 60))
    return whole * (0.5 + 0.5 * chance)


@dataclass(slots=True)
class Courier:
    """One route's deliveries. One thread owns it.

    ``chance`` gives numbers in 0..1; ``counted`` is told (channel's outcome) of each attempt.
    """

    route: str
    channel: Channel
    outbox: Outbox
    settings: RetrySettings
    now: Callable[[], datetime]
    chance: Callable[[], float]
    counted: Callable[[str, str], None]
    paused_until: float = 0.0
    rest_s: float = 1.0

    def step(self) -> bool:
        """Deliver one message whose time has come; False when there is none.

        Raises:
            BackendUnavailable: the outbox cannot be used; what was sent is sent again then.
        """
        now = self._seconds()
        delivery = self.outbox.due(self.route, now) if now >= self.paused_until else None
        if delivery is None:
            return False
        self._settle(delivery, self._attempt(delivery))
        return True

    def plan(self, most: float) -> None:
        """Set ``rest_s``: how long there is nothing to do, at most ``most``."""
        due = self.outbox.next_due(self.route)
        rest = most if due is None else max(due, self.paused_until) - self._seconds()
        self.rest_s = min(max(_SHORTEST_REST_S, rest), most)

    def _attempt(self, delivery: Delivery) -> Outcome:
        try:
            return self.channel.deliver(delivery.message, delivery.reference)
        except ConfigurationError as error:
            return Retry(str(error))
        except Exception as error:  # noqa: BLE001 - a channel must not end its thread
            return Refused(f"internal error: {type(error).__name__}")

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        now, attempt = self._seconds(), delivery.attempts + 1
        if isinstance(outcome, Delivered):
            self.outbox.sent(delivery, now, outcome.reference)
            self.counted(self.route, "sent")
        elif isinstance(outcome, Retry) and attempt < self.settings.tries:
            wait = max(delay_s(self.settings, attempt, self.chance()), outcome.after_s)
            if outcome.after_s:
                self.paused_until = now + outcome.after_s
            self.outbox.failed(delivery, now + wait, outcome.reason)
            self.counted(self.route, "retried")
        else:
            self.outbox.bury(delivery, now, outcome.reason)
            self.counted(self.route, "dead")
            _LOG.error(
                "route %s: %s was given up at attempt %d: %s",
                self.route, delivery.message.key, attempt, outcome.reason,
            )  # fmt: skip

    def _seconds(self) -> float:
        return self.now().timestamp()
