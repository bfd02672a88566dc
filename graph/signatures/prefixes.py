"""What loggers put in front of a line, and how to take it off."""

import re

from .lazy import Lazy

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = (
    r"(?:\d{4}[-/]\d{2}[-/]\d{2}|\d{2}[-/]\d{2}[-/]\d{2,4}|\d{1,2}[ /-][A-Z][a-z]{2}[ /-]\d{4}"
    rf"|(?:[A-Z][a-z]{{2}} )?{_MONTH} [ \d]?\d(?=[ T]))"
)
_CLOCK = r"(?:\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?)"
_ZONE = r"(?:\s?(?:Z|UTC|GMT|CES?T|[ECMP][SD]T|[+-]\d{2}:?\d{2})(?![A-Za-z]))?"
_LEVEL = r"(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|NOTICE)"
_THREAD = (
    r"(?:[^\]\[\n]{0,100}(?:[Tt]hread|worker|pool|executor|dispatcher|\bmain\b|\btask\b|\bbase\b|-exec-|pid)"
    r"[^\]\[\n]{0,100}|\d{1,10}|[A-Za-z]{0,30}-\d{1,6})"
)

_STAMP = Lazy(
    rf"[\[(]?(?:{_DATE}(?:[T, :-]{{1,2}}{_CLOCK})?|{_CLOCK}){_ZONE}[\])]?[:,]?(?=[\s\[{{|(<-]|$)\s*"
)
_EPOCH = Lazy(r"[\[(]?1\d{9}(?:\d{3}|\.\d{1,9})?[\])]?:?\s+")
_KLOG = Lazy(rf"[IWEF]\d{{4}} {_CLOCK}\s+\d+ [\w.]+:\d+\] ")
_ENV_LOGGER = Lazy(rf"\[\d{{4}}-\d\d-\d\dT[\d:.]{{8,20}}Z {_LEVEL} {{1,3}}[\w:]{{1,100}}\] ")
_SYSLOG = Lazy(
    r"(?:<\d{1,3}>\d? ?)?[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \S{1,80} [\w./-]{1,60}(?:\[\d+\])?: "
)
_LEVEL_RX = Lazy(
    rf"\[?\b{_LEVEL}\b\s?\]?(?:\s{{0,8}}(?:-{{1,2}}|\||:)(?=\s)\s*|:(?=[\w.]{{1,60}}:)|(?-i:(?<!Error))\s+(?!code\b)|(?=[\[({{])|$)",
    re.IGNORECASE,
)
_AFTER = (
    Lazy(r"\{[\w./<>-]{1,120}:\d{1,7}\}\s*"),
    Lazy(rf"\[{_THREAD}\]\s*:?\s*"),
    Lazy(rf"\({_THREAD}\)\s+"),
    Lazy(r"\[(?:[a-z][\w$]{0,40}\.){1,8}[\w$]{1,60}(?::\d+)?\]\s*"),
    Lazy(r"\[[\w.-]{1,60}\.\w{1,5}:\d{1,6}\]\s*"),
    Lazy(r"\[\]\s*"),
    Lazy(r"(?:stdout|stderr) [FP] "),
    Lazy(r"Job \d{1,9}: Subtask \S{1,120}\s"),
    Lazy(r"\d{1,9}\s+(?=---|\[)"),
    Lazy(r"(?:---|--|-|–|\||:)(?=\s)\s+"),
)
_LOGGER = Lazy(
    r"(?:[A-Za-z_][\w$]{0,60}(?:\.[\w$-]{1,60}){0,10})(?:\[[\w-]{0,40}\]|\(\w{1,40}\))?(?::\d{1,6})?"
    r"(?:\s{0,20}\[[^\]\n]{0,60}\])?(?:\s{0,40}(?:-{1,2}|–|\|)\s+|\s{0,40}:\s+|:(?=[A-Z]))"
)
_COMPOSE = Lazy(
    r"(?:\[pod/[\w./-]{1,150}\]|[\w.]{1,60}(?:-[\w.]{1,60}){0,8}-\w{1,20}\s+\||[a-z][\w.]{0,60}[-_]\d{1,3}\s+\|)(?:\s|$)"
)
_ERRORISH = Lazy(
    r"(?:Error|Exception|Failure|Timeout|Exit|Interrupt|Throwable|Fault|Denied|Refused)(?:[:\s]|$)"
)
_CLASSISH = Lazy(r"(?:\w+\.)*(?:errors?|exceptions?)\.\w")
_MAX_STEPS = 24  # prefixes nest: a scheduler logs what a job logged


def strip_prefix(line: str) -> str:
    """``line`` without time stamp, level, thread, logger and source position in front.

    A line that bears none of them comes back as it is, indentation included.
    """
    body = line.lstrip(" ")
    if _COMPOSE.match(body):
        body = _COMPOSE.sub("", body, count=1).lstrip(" ")
    rest = _strip_front(body)
    return line if rest == line.lstrip(" ") else rest


def _strip_front(body: str) -> str:
    seen = False
    for _ in range(_MAX_STEPS):
        step = _one_step(body, seen)
        if step is None:
            return body
        seen, body = True, step.lstrip(" ")
    return body


def _one_step(body: str, seen: bool) -> str | None:
    for rx in (_ENV_LOGGER, _SYSLOG, _KLOG, _STAMP, _EPOCH, _LEVEL_RX):
        match = rx.match(body)
        if match:
            return body[match.end() :]
    if body.startswith("{") and (match := _AFTER[0].match(body)):
        return body[match.end() :]
    if not seen and not body.startswith("["):
        return None
    for rx in _AFTER if seen else _AFTER[1:2]:
        match = rx.match(body)
        if match:
            return body[match.end() :]
    return _after_logger(body) if seen else None


def _after_logger(body: str) -> str | None:
    match = _LOGGER.match(body)
    if match is None or _ERRORISH.search(match[0]) or _CLASSISH.match(match[0]):
        return None
    name = match[0].rstrip(" -–|:\t")
    if " " in name and "[" not in name:
        return None
    plain_colon = match[0].rstrip().endswith(":")
    if plain_colon and "." not in name and not _is_logger_word(name):
        return None
    return body[match.end() :]


def _is_logger_word(name: str) -> bool:
    """``TaskSetManager``, ``root``: one word before a colon that names a logger, not a message."""
    camel = sum(c.isupper() for c in name) >= 2 and any(c.islower() for c in name)
    return camel or name in {
        "root",
        "py4j",
        "airflow",
        "dbt",
        "Executor",
        "Client",
        "Utils",
        "main",
        "__main__",
    }
