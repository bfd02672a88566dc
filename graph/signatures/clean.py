"""From whatever was logged to plain text: size cap, ANSI, JSON log lines, log prefixes."""

import html
import json
import re
from collections.abc import Iterable
from typing import cast

from .lazy import Lazy
from .prefixes import strip_prefix

HEAD = 12_000
TAIL = 36_000
_MAX_LINES = 800
RECORD = "\x1e"  # opens a log record; control characters of the input are gone by then

_ANSI = Lazy(r"\x1b\[[0-9;?]{0,20}[ -/]{0,2}[@-~]|\x1b\][^\x07\x1b]{0,200}\x07?")
_CONTROL = Lazy(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]")
# What passes on another program's output, whatever that says, at its own level.
_CARRIER = Lazy(
    r"\{(?:subprocess|pod_manager|pod_launcher|logging_mixin|docker|ssh|spark_submit|bash|process_utils|ecs|ssm)(?:_operator|_hook)?\.py:\d{1,5}\} (?:INFO|DEBUG)\b"
)
_QUIET = Lazy(r"\b(?:INFO|DEBUG|TRACE)\b|\[(?:info|debug) {0,4}\]")
_TELLING = Lazy(
    r"Exception|Error\b|error:|fail|expired|denied|zombie|refused|lost|killed|timed out", re.IGNORECASE
)
_INLINE_FRAME = Lazy(r"[ \t]+at (?=[\w$.<>/]{3,200}\([\w$]{1,80}\.(?:java|scala|kt):\d)")
_FENCE = Lazy(r"```+\w{0,20}")
_INLINE_CAUSE = Lazy(r"[ \t](Caused by: (?:[a-z_]\w{0,60}\.){1,12}[A-Z])")
_ENTITY = Lazy(r"&(?:[a-z]{2,6}|#\d{1,5}|#x[0-9a-f]{1,4});", re.IGNORECASE)
_QUOTE = Lazy(r"^(?:>|[│┃║|](?= [A-Z]))[ \t]?")
_JOINED = Lazy(
    r"(?<=[a-z\"'])(?=(?:Position: \d|Detail: |Hint: |Where: ))|(?<=\}) and with the errors? (?=[A-Z])"
)
_PDO = Lazy(r"SQLSTATE\[\w{5}\]: [A-Z][\w ]{3,60}: \d{1,6} (?:ERROR: {1,3})?(?=[A-Za-z])")
_DB_LIB = Lazy(
    r"DB-Lib error message \d{1,6}, severity \d{1,2}:(?:\\n|\s){0,3}General SQL Server error: Check messages from the SQL Server(?:\\n|\s){0,3}"
)
_BLOCK = Lazy(r"(?m)^\{\n[\s\S]{2,8000}?\n\}[ \t]*$")
_ESCAPED = Lazy(r"\\n(?=[\s\\A-Z])")
_DUMPED = Lazy(r"\\n")
_DRIVE = Lazy(r"[A-Za-z]:\\")
_CLASS = Lazy(r"(?:[\w$]{1,60}\.){0,12}\w{0,80}(?:Error|Exception|Failure|Fault|Timeout)")
_CODES = ("error_code", "errorcode", "code", "error_name", "errorname", "reason")
_CODE = Lazy(
    r"[A-Z][A-Z0-9]{2,30}(?:_[A-Z0-9]{1,30}){1,6}|[A-Za-z][a-z]{1,20}(?:[A-Z][a-z]{1,20}){1,5}|[1-9]\d{4}"
)
_CLASSES = tuple(
    "error_type errortype exc_type exception_type exceptiontype error_class errorclass exception_class exceptionclass "
    "error.type error.kind error.class exception.type".split()
)
_SAID = tuple(
    "error errormessage error_message error.message exception.message exc_value exception_message message msg".split()
)
_LEAST_FIRST = (
    "data",
    "body",
    "response",
    "info",
    "jsonpayload",
    "fields",
    "detail",
    "exc",
    "reason",
    "event",
    "log",
    "textpayload",
    "msg",
    "message",
    "error_message",
    "errormessage",
    "cause",
    "description",
    "error_description",
    "errordescription",
    "err",
    "error",
    "traceback",
    "stack",
    "stacktrace",
    "stack_trace",
    "exc_info",
    "exception",
)


def clean(text: str, *, quiet_too: bool = False) -> str:
    """Text without colours, JSON wrapping and line prefixes, at most ``HEAD + TAIL`` characters.

    ``quiet_too`` keeps the lines that were logged below warning.
    """
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip("`* \t")
    text = _CONTROL.sub(" ", _ANSI.sub("", unwrap(text)))
    if "\n" not in text.strip() and "\\n" in text:
        text = _unescaped(text)
    text = text.replace('\\"', '"')
    text = _PDO.sub("", _DB_LIB.sub("", text).replace("#012", "\n"))
    text = _JOINED.sub("\n", _ENTITY.sub(lambda found: html.unescape(found[0]), text))
    text = _INLINE_FRAME.sub("\n\tat ", _INLINE_CAUSE.sub(r"\n\1", text))
    lines = [
        _QUOTE.sub("", line) for line in text.strip("\n").split("\n") if not _FENCE.fullmatch(line.strip())
    ]
    if len(lines) > _MAX_LINES:
        lines = lines[: _MAX_LINES // 4] + lines[-_MAX_LINES * 3 // 4 :]
    stripped = [(line, strip_prefix(line)) for line in lines]
    return "\n".join(records(stripped) if quiet_too else _loud(stripped))


def _unescaped(text: str) -> str:
    """Text that was dumped as a string of a program, line breaks and quotes included."""
    dumped = text.count("\\n") > 1 and _DRIVE.search(text) is None
    text = (_DUMPED if dumped else _ESCAPED).sub("\n", text).replace("\\t", "\t")
    return text.strip('"') if dumped else text


def records(lines: list[tuple[str, str]]) -> list[str]:
    """The stripped lines; where only some bore a prefix, those open a record (``RECORD`` in front)."""
    bore = sum(raw != stripped for raw, stripped in lines)
    if bore > 0.8 * len(lines):
        return [stripped for _, stripped in lines]
    return [stripped if raw == stripped else RECORD + stripped for raw, stripped in lines]


def _loud(lines: list[tuple[str, str]]) -> list[str]:
    """Without the lines logged below warning, unless nothing else would be left."""
    loud = [(raw, stripped) for raw, stripped in lines if raw == stripped or not _is_quiet(raw, stripped)]
    return records(loud if any(stripped.strip() for _, stripped in loud) else lines)


def _is_quiet(raw: str, stripped: str) -> bool:
    prefix = _CARRIER.sub("", raw[: len(raw) - len(stripped)])
    return _QUIET.search(prefix) is not None and _TELLING.search(stripped) is None


def unwrap(text: str) -> str:
    """JSON logs become the text of their message and exception fields; other lines stay."""
    if "{" not in text or '"' not in text:
        return text
    whole = _from_json(text.strip())
    if whole is not None:
        return whole
    block = _BLOCK.search(text)
    inner = _from_json(block[0].strip()) if block else None
    if block and inner:
        text = f"{text[: block.start()]}\n{inner}{text[block.end() :]}"
    return "\n".join(_unwrap_line(line) for line in text.split("\n"))


def _unwrap_line(line: str) -> str:
    body = strip_prefix(line).strip() if '{"' in line else ""
    before, brace, rest = body.partition('{"')
    found = _from_json(brace + rest) if brace else None
    if found is None:
        return line
    return f"{before}\n{found}" if before.strip() else found


def _from_json(text: str, depth: int = 3) -> str | None:
    if not (text.startswith("{") and text.endswith("}")):
        return None
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = list(_messages(document, depth))
    return "\n".join(found) if found else None


def _messages(document: object, depth: int) -> Iterable[str]:
    if not isinstance(document, dict) or depth == 0:
        return
    fields = {str(k).lower(): v for k, v in cast("dict[str, object]", document).items()}
    yield from _plain(fields, "signal_name")
    yield from _listed(fields.get("errors"), depth)
    for key in _LEAST_FIRST:
        value = fields.get(key)
        if key == "error" and _is_word(value) and "cause" in fields:
            continue
        if key == "reason" and _is_word(value) and any(True for _ in _plain(fields, *_SAID)):
            continue  # a code, which stands with the message
        if isinstance(value, str) and value.strip():
            inner = _from_json(value.strip(), depth - 1) if value.lstrip().startswith("{") else None
            yield inner or (_coded(fields, value) if key in _SAID else value)
        else:
            yield from _messages(value, depth - 1)
    yield from _structured(fields.get("error_detail"))
    yield from _raised(fields)


def _listed(errors: object, depth: int) -> Iterable[str]:
    for each in cast("list[object]", errors)[:5] if isinstance(errors, list) else []:
        yield from [each] if isinstance(each, str) else _messages(each, depth - 1)


def _coded(fields: dict[str, object], value: str) -> str:
    """A message with the code that stands beside it, as others write both in one line."""
    code = next((str(found) for found in map(fields.get, _CODES) if found), "")
    if "\n" in value or not _CODE.fullmatch(code) or code in value:
        return value
    return f"{value}; error code: {code}" if code.isdigit() else f"[{code}] {value}"


def _raised(fields: dict[str, object]) -> Iterable[str]:
    """Class and message of an exception that stand in two fields."""
    classes = [
        *_plain(fields, *_CLASSES),
        *(each for each in _plain(fields, "type") if _CLASS.fullmatch(each)),
    ]
    said = list(_plain(fields, *_SAID))
    if classes and said and "\n" not in said[0] and classes[0] not in said[0]:
        yield f"{classes[0]}: {said[0]}"


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value.split()) == 1


def _plain(fields: dict[str, object], *keys: str) -> Iterable[str]:
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value.strip():
            yield value.strip()


def _structured(details: object) -> Iterable[str]:
    """Exceptions as structlog writes them (Airflow 3: ``error_detail``), root cause first."""
    for raw in cast("list[object]", details) if isinstance(details, list) else []:
        detail = cast("dict[str, object]", raw) if isinstance(raw, dict) else {}
        if "exc_type" in detail:
            yield "Traceback (most recent call last):"
            yield f"{detail['exc_type']}: {detail.get('exc_value', '')}"
