"""The objectives of a data set, and what is assumed where none were registered."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from signal_factory.wire import DatasetRegistration

MIN_SAMPLE = 20
"""Fewer records than this make no rate (contract rule 4)."""

WINDOW = timedelta(minutes=5)
NEW_AFTER = timedelta(days=30)
"""A signature not seen for so long is new (spec scenario 2, step 6)."""

BASELINE = timedelta(days=7)
"""How far back the volume baseline reaches (spec/prd.md FR-3)."""

MIN_BASELINE = 3
GATES_DUE = timedelta(minutes=10)
"""How long after a run's end its gate results may still arrive."""


@dataclass(frozen=True, slots=True)
class TierDefaults:
    """What is assumed of a data set that does not say. Rates 0..1; rows a run.

    ``rows`` and ``rows_spread`` (a standard deviation) are the organisation's averages
    of spec/bootstrap_lld.md §4.6, for tables of which nothing is known yet.
    """

    contract_rate: float = 0.95
    contract_warning: float = 0.80
    dq_rate: float = 0.99
    volume_threshold: float = 0.40
    rows: float = 10_000
    rows_spread: float = 5_000


UNTIERED = TierDefaults()
TIERS = {
    1: TierDefaults(rows=500_000, rows_spread=150_000),
    2: TierDefaults(rows=100_000, rows_spread=50_000),
    3: UNTIERED,
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """By when, in local time, the watermark has to advance. ``schedule`` is cron, "" for daily."""

    due: time | None
    zone: str
    grace_s: float
    schedule: str

    @property
    def grace(self) -> timedelta:
        """How long after the due time the update is still in time."""
        return timedelta(seconds=self.grace_s)


@dataclass(frozen=True, slots=True)
class Policy:
    """What one data set promises. Rates are 0..1; None where nothing was registered.

    ``since`` is when it first came under watch, ``told`` when these objectives were stated.
    """

    registered: bool = False
    since: datetime | None = None
    told: datetime | None = None
    tier: int | None = None
    job: str = ""
    freshness: Freshness | None = None
    min_rows: int | None = None
    volume_threshold: float | None = None
    contract_rate: float | None = None
    contract_warning: float | None = None
    dq_rate: float | None = None

    @property
    def defaults(self) -> TierDefaults:
        """What its tier assumes where it states nothing."""
        return TIERS.get(self.tier or 0, UNTIERED)

    @property
    def is_watched(self) -> bool:
        """Tier 1 and 2: where a gap in evidence opens an incident (contract rule 2)."""
        return self.registered and self.tier in (1, 2)


def policy_of(registration: DatasetRegistration, at: datetime) -> Policy:
    """The objectives a registration states."""
    slo = registration.slo
    promised = slo.freshness
    freshness = None
    if promised is not None and (promised.expected_update_by or promised.schedule):
        by = promised.update_by
        freshness = Freshness(
            by[0] if by else None, promised.zone, promised.grace.total_seconds(), promised.schedule or ""
        )
    volume, contract = slo.volume, slo.contract
    return Policy(
        registered=True, since=at, told=at, tier=registration.tier, job=registration.job or "",
        freshness=freshness, min_rows=volume.min_rows_per_partition if volume else None,
        volume_threshold=_threshold(volume.anomaly_threshold_pct, registration.tier) if volume else None,
        contract_rate=contract.compliance_rate if contract else None,
        contract_warning=contract.warning_rate if contract else None,
        dq_rate=slo.dq.compliance_rate if slo.dq else None,
    )  # fmt: skip


def _threshold(told_pct: float | None, tier: int | None) -> float:
    return told_pct / 100 if told_pct else TIERS.get(tier or 0, UNTIERED).volume_threshold
