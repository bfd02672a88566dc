"""The texts in which objectives are written: times of day, durations, schedules.

Source: contract §2 (below the table), spec/prd.md FR-2, rule 17 of the contract.
"""

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from ..errors import InvalidEvent

_ZONES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "UTC": "UTC",
    "Z": "UTC",
    "GMT": "UTC",
}
_UPDATE_BY = re.compile(r"([0-9]{1,2}):([0-9]{2})(?:\s+(\S+?))?(?:\s+daily)?", re.IGNORECASE | re.ASCII)
_DURATION = re.compile(r"(?:[0-9]{1,6}(?:\.[0-9]{1,3})?[dhms]\s*)+", re.ASCII)
_PART = re.compile(r"([0-9.]+)([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_ITEM = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,3}))?", re.ASCII)
_CRON_NAMES = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b", re.IGNORECASE
)


def parse_update_by(text: str, *, default_zone: str = "UTC") -> tuple[time, str]:
    """``02:00 ET daily`` as a time of day and the name of its IANA zone.

    A text without a zone is meant in ``default_zone``.

    Raises:
        InvalidEvent: not of that form, no such time of day, or no such zone.
    """
    hint = (
        "Write it as HH:MM <TZ> daily, such as 02:00 ET daily; <TZ> is UTC, ET, CT, MT, PT or an IANA zone."
    )
    match = _UPDATE_BY.fullmatch(text.strip())
    if match is None:
        raise InvalidEvent("should be HH:MM <TZ> daily", hint=hint)
    hour, minute, zone = match.groups()
    if int(hour) > 23 or int(minute) > 59:
        raise InvalidEvent("names no time of day", hint=hint)
    if zone is None or zone.lower() == "daily":
        zone = default_zone
    return time(int(hour), int(minute)), zone_name(zone)


def zone_name(text: str) -> str:
    """The IANA name of a zone given as such or as ET, CT, MT, PT, UTC.

    Raises:
        InvalidEvent: there is no such zone.
    """
    name = _ZONES.get(text.upper(), text)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = "Use UTC, ET, CT, MT, PT or a name of the IANA time zone database, such as Europe/Berlin."
        raise InvalidEvent("there is no such time zone", hint=hint) from None
    return name


def parse_duration(text: str) -> timedelta:
    """``30m``, ``2h``, ``90s``, ``1d``, ``1h30m``.

    Raises:
        InvalidEvent: not a duration.
    """
    cleaned = text.strip().lower()
    if len(cleaned) > 40 or _DURATION.fullmatch(cleaned) is None:
        raise InvalidEvent("not a duration", hint="Write durations like 30m, 2h, 90s, 1d or 1h30m.")
    return sum((timedelta(**{_UNITS[unit]: float(n)}) for n, unit in _PART.findall(cleaned)), timedelta())


def check_schedule(text: str) -> str:
    """``text`` when it is a five-field cron expression (rule 17).

    Raises:
        InvalidEvent: it is not.
    """
    fields = text.split()
    if len(fields) == len(_CRON_RANGES) and all(map(_is_cron_field, fields, _CRON_RANGES)):
        return text
    raise InvalidEvent(
        "should be a five-field cron expression", hint="Write it as minute hour day month weekday: 0 2 * * *."
    )


def _is_cron_field(field: str, bounds: tuple[int, int]) -> bool:
    return all(_is_cron_item(_CRON_NAMES.sub(str(bounds[1]), item), bounds) for item in field.split(","))


def _is_cron_item(item: str, bounds: tuple[int, int]) -> bool:
    match = _CRON_ITEM.fullmatch(item)
    if match is None:
        return False
    numbers = [int(number) for number in match.groups()[:2] if number is not None]
    return (
        numbers == sorted(numbers) and all(bounds[0] <= n <= bounds[1] for n in numbers) and match[3] != "0"
    )
