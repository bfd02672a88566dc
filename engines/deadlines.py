"""When a table is due, in local time with daylight saving (contract §2 and rule 17)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .policy import Freshness

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Due of a schedule that never fires."""


def next_due(objective: Freshness, after: datetime) -> datetime:
    """The first due moment (without grace) later than ``after``, in UTC.

    With a schedule it is the promised time of day at or after each firing; without
    one it is that time every day. A local time that does not exist, or comes twice,
    counts as the later of its readings.
    """
    zone = ZoneInfo(objective.zone)
    local = after.astimezone(zone).replace(tzinfo=None)
    if objective.schedule:
        return _next_scheduled(objective, zone, local, after)
    return _next_daily(objective.due or time(), zone, local, after)


def previous_due(objective: Freshness, due: datetime) -> datetime:
    """The last due moment before ``due``, itself one; ``due`` where there was none for two months."""
    for days in (1, 8, 62):
        found, moment = due, next_due(objective, due - timedelta(days=days))
        while moment < due:
            found, moment = moment, next_due(objective, moment)
        if found < due:
            return found
    return due


def _next_daily(by: time, zone: ZoneInfo, local: datetime, after: datetime) -> datetime:
    day = local.date() - timedelta(days=1)
    while True:
        due = _utc(datetime.combine(day, by), zone)
        if due > after:
            return due
        day += timedelta(days=1)


def _next_scheduled(objective: Freshness, zone: ZoneInfo, local: datetime, after: datetime) -> datetime:
    from cronsim import CronSim

    for firing in CronSim(objective.schedule, local - timedelta(days=2)):
        moment = firing
        if objective.due is not None:
            moment = datetime.combine(firing.date(), objective.due)
            if moment < firing:
                moment += timedelta(days=1)
        due = _utc(moment, zone)
        if due > after:
            return due
    return NEVER


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
