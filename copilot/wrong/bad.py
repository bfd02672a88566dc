"""Data that is wrong, and the place it comes from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.signatures import family_of

from ..world import FailureView, SignalView

_TOLD_LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Bad:
    """Data that is wrong from ``first_bad`` on; ``signatures`` with the chief one first."""

    urn: str
    signatures: tuple[str, ...]
    first_bad: datetime
    last_good: datetime | None
    run_ids: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @classmethod
    def told_by(cls, signal: SignalView, urn: str, last_good: datetime | None) -> "Bad":
        """What a signal says is wrong with a table."""
        runs = (signal.run_id,) if signal.run_id else ()
        return cls(urn, (signal.signature,), signal.at, last_good, runs, signal.evidence)

    @property
    def chief(self) -> str:
        """The signature that most of it failed with."""
        return self.signatures[0] if self.signatures else ""

    @property
    def family(self) -> str:
        """The family of its chief signature."""
        return family_of(self.chief)

    @property
    def since(self) -> datetime:
        """The first moment that is not known to be good."""
        return self.last_good or self.first_bad

    @property
    def newest(self) -> datetime:
        """What shows after it is no cause: it may be told a little later than it was."""
        return self.first_bad + _TOLD_LATER

    def was_good_after(self, moment: datetime, lead: timedelta) -> bool:
        """Whether it was good longer than ``lead`` after ``moment``."""
        return self.last_good is not None and moment < self.last_good - lead


@dataclass(frozen=True, slots=True)
class Origin:
    """The most upstream place a failure was seen at; ``shape`` is the change of columns seen there."""

    urn: str
    chain: tuple[str, ...]
    since: datetime
    refs: tuple[str, ...]
    failures: tuple[FailureView, ...] = ()
    has_alarmed: bool = False
    shape: str = ""

    @property
    def failure(self) -> str:
        """The key of the failure seen there, "" for none."""
        return self.failures[0].ref.key if self.failures else ""
