"""The page's words for the contract's values, and for times."""

from datetime import UTC, datetime

CAUSES = {
    "DEPLOYMENT": "A deployment introduced the failure",
    "SCHEMA_DRIFT": "The shape of the data changed upstream",
    "JOB_NOT_TRIGGERED": "The scheduler did not start the job",
    "JOB_FAILED": "The job failed",
    "JOB_RUNNING_SLOW": "The job runs past its baseline",
    "WRONG_PARTITION": "The run committed, but the watermark did not advance",
    "UPSTREAM_DATA_LATE": "An input arrived late",
    "SOURCE_DATA_ANOMALY": "The source data itself is wrong",
    "EVIDENCE_GAP": "The observer is broken, not necessarily the data",
}
EFFECTS = {
    "STALE": "Not refreshed since the cause",
    "BLOCKED": "Its build waits or failed",
    "INCOMPLETE": "Refreshed, but records are missing",
    "AT_RISK": "Downstream, no harm seen yet",
}
SEVERITIES = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
STATUSES = ("OPEN", "RESOLVED")
_MONTH = 30 * 86_400
_TONES = {
    "SEV-1": "bad", "SEV-2": "warn", "SEV-3": "info", "SEV-4": "plain",
    "OPEN": "bad", "RESOLVED": "good",
    "HIGH": "good", "MEDIUM": "warn", "LOW": "bad",
    "OK": "good", "WARNING": "warn", "CRITICAL": "bad",
    "STALE": "warn", "BLOCKED": "bad", "INCOMPLETE": "warn", "AT_RISK": "info",
}  # fmt: skip


def tone(value: str) -> str:
    """The colour class that goes with a contract value."""
    return _TONES.get(value, "plain")


def percent(share: float | None) -> str:
    """A rate 0..1 as whole percent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f}%"


def counted(count: int, what: str) -> str:
    """``1 asset``, ``2 assets``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def moment(time: str) -> datetime | None:
    """The moment an RFC 3339 text names, or None."""
    try:
        parsed = datetime.fromisoformat(time)
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def clock(time: str) -> str:
    """A time as people read it, in UTC; text that is no time stays as it is."""
    parsed = moment(time)
    return f"{parsed:%Y-%m-%d %H:%M:%S} UTC" if parsed else time


def age(time: str, now: datetime) -> str:
    """How long ago ``time`` was, in its largest unit; after a month, the date."""
    parsed = moment(time)
    if parsed is None:
        return "at an unknown time"
    seconds = int((now - parsed).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds > _MONTH:
        return f"on {parsed:%Y-%m-%d}"
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = seconds // size
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def tier(value: object) -> str:
    """``TIER_1`` or 1 as ``Tier 1``; empty where it is not known."""
    words = "" if value is None else str(value).upper().removeprefix("TIER_")
    return f"Tier {words}" if words else ""
