"""What every channel is, and what can become of a message."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..message import Message


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived. ``reference`` is what the receiver calls the conversation that it began."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """It may arrive later, not before ``after_s`` seconds."""

    reason: str
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never arrive as it is."""

    reason: str


Outcome: TypeAlias = Delivered | Retry | Refused


class Channel(Protocol):
    """One receiver's end of a protocol."""

    def deliver(self, message: Message, reference: str | None) -> Outcome:
        """Send once. ``reference`` continues a conversation.

        Raises:
            ConfigurationError: a secret is missing.
        """
        ...
