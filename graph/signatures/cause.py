"""Which part of a message says what went wrong: the line, and within the line the clause.

Before a reason stands what was being done ("Failed to read package: …", "pg_dump: error: …", a
class, a label), after it stand details and advice ("…: would use 64 GiB", "…. You can change …").
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from .lazy import Lazy
from .telling import states, tells
from .template import LEAST_WORDS, Words, words_of
from .wrappings import unwrapped

_MAX_LINE = 1_000
_MAX_LINES = 12
_MAX_PREFACE = 300
ENOUGH_WORDS = 2
_ASIDE = Lazy(
    r"(?:Encountered an error.{0,60}:|Run result unavailable: .{0,40}error message|Run failed with error message|(?:GET|POST|PUT|DELETE|PATCH|HEAD) https?://\S+|:?HTTPDriver for \S{1,200} returned response code \d{3}\)?|ERROR CODE: \w+|(?:HTTP/\d(?:\.\d)? )?[45]\d\d (?:(?:Client|Server) Error:? ?)?(?:Bad Request|Not Found|Forbidden|Unauthorized|Conflict|Internal Server Error)(?: for url: \S+)?|Connector configuration is invalid and contains the following .*|You can also find the above list of errors .*|Msg \d{1,6}, Level \d{1,2}, State \d{1,3}(?:, (?:Server|Procedure) [^,]{1,120})?(?:, Line \d{1,6})?|Task failed with exception.{0,40}|(?:ERROR: ?)?(?:Database|Runtime|Compilation|Parsing) Error(?: in .{1,200})?"
    r"|.{1,80}: (?:Database|Runtime|Compilation|Parsing) Error|SQL compilation error:|Failure in .{1,200}"
    r"|Traceback \(most recent call last\):?|compiled (?:code|SQL) at .*|File \".*|LINE \d+:.*|[~^ ]+"
    r"|-*>? ?\d+ {2,}\S.*|-+> ?\d+ .*|(?:STATEMENT|HINT|CONTEXT|DETAIL|QUERY|stack ?trace):.*|\[(?:SQL|parameters): .*"
    r"|\(Background on this error.*|Running with dbt.*|.{0,40}error: query was: .*|raise \w.*"
    r"|(?:\S*[/\\]\S*|<ipython\S*) in [\w.<>]+\(.*\)|\d+ frames|\d{1,3}\. .*(?: @ 0x[0-9a-f]+| in /\S+).*|#\d+ .*"
    r"|<_?\w+ of RPC that terminated with:|\s*(?:status|debug_error_string|errorclass|errorCode|statusCode) ?= ?.*|Press any key.*"
    r"|(?-i:(?:SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|JOIN|LEFT|INNER|GROUP BY|ORDER BY|HAVING|LIMIT|VALUES|UNION|AND|OR) .*)"
    r"|(?:See|For more|Please|Note|Check)\b:? .*|(?:Request ?Id|Time|Request Method|Request URL|Location|Position|Query|SQL|Stack trace): ?.*)",
    re.IGNORECASE,
)
_TELLING = Lazy(
    r"error|fail|exception|cannot|could not|can't|denied|invalid|not found|unable|refus|fatal|missing|unexpected"
    r"|timed? ?out|does not|doesn't|killed|lost|abort|mismatch|violat|exceed|not allowed|unsupported|illegal|duplicate"
    r"|\(\w{5}\): ",
    re.IGNORECASE,
)
_WRAP = Lazy(r"[ \t]*\n[ \t]*(?=[a-z0-9'\"(])")
_LONG_WRAP = Lazy(r"(?<=[^\n]{50})(?<![.:!?;\n])\n[ \t]*(?=[a-z'])(?!\w{1,40}\.\w{1,40}\.)")
_MARK = Lazy(
    r"(?:(?<![\w.$\\:])(?:[\w$]{1,60}(?:\.|::|\\)){0,12}[A-Z_][\w$]{0,80}(?:Error|Exception|Failure|Fault)"
    r"|\b(?:ERROR|FATAL|PANIC|Error|error|stage failure|recent failure(?: reason)?|[Rr]eason|[Cc]ause))"
    r"\)?\s?[:=]\s{0,4}(?=\S)"
    r"|\b(?:message|msg|err|Message|MESSAGE|[Dd]etails?|[Dd]escription|[Ee]rrorMessage)['\"]?\s?[:=]\s{0,4}(?:\d{3} )?(?=['\"]?[A-Za-z(])"
    r"|\bnested exception is |\bfailed .{1,60} with (?:error )?message:? (?=[A-Z])|\bdue to (?=\w+\.\w+\.)|\b(?:ERROR|FATAL) - "
    r"|\b(?:ERROR|Error) \[?\d{3,6}\]?(?: ?[(\[]\w{5}[)\]])?(?: at line \d{1,6})?: "
)
_DRIVER_CLASS = Lazy(r"\((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|\w(?=\) ))\)\s{0,3}")
_CODE_AND_TEXT = Lazy(
    r"\(?(?:-?\d{1,7}|['\"]\w{1,7}['\"]),? -?\s?b?(['\"])(?P<text>[^\n]{4,600}?)\1(?:[,)]|$)"
)
_REPR = Lazy(
    r"\b[A-Z]\w{2,80}\(([\'\"])(?P<text>[^\n]{8,600}?)\1,?\)|\b[A-Z]\w{2,80}\(['\"](?P<cut>[^\n'\"]{8,600})$"
)
_FIELD = Lazy(r"\\?(?P<quote>['\"])(?P<text>[^\n]{4,600}?)\\?(?P=quote)(?=\s*[,})\]]|\s*$|\s+\w[\w.]{0,60}=)")
_SENTENCE = Lazy(r"(?<!\w)(?P<quote>['\"`“])(?P<text>(?:[A-Za-z][\w'/.:-]* ){2,20}[\w'.]+)[.!]?['\"`”](?!\w)")
_DETAIL = Lazy(r"\s(?:DETAIL|HINT|CONTEXT|STATEMENT|Detail|Hint|Where|Position|Background on this error)\b.*")
_STATEMENT = Lazy(r"\s\[(?:SQL|parameters)\b.*")
_LOST_TASK = Lazy(
    r"(?:Lost task|Task \d{1,7}) .{1,80}?(?:\(TID [^)]*\)(?: \([^)]*\))?|failed \d+ times,?):?\s*"
)
_BREAK = Lazy(
    r"(?<!\w)(?P<quote>[`'\"])[^`'\"\n]{1,40}(?P=quote)(?!\w)"
    r"|(?<=[\w)\]'\"`*])(?P<end>\s?::?(?! ?\d{1,9} [a-z])|\s[-–|]|;|[.!?])(?:\s+|$|(?<=\w:)(?=[A-Z][a-z]* ))"
)
_DOING = Lazy(
    r"\W{0,3}(?:an? )?(?:error|failed|failure|unable|could not|cannot|can't|couldn't|exception|problem|got an?)\b.*"
    r"|.*\b(?:fail(?:s|ed|ing)|failure|error)(?: -?\d+)?(?: (?:for|on|at|in|of|with|while|to|during)\b.*|, \w{1,12}| \(\S{1,60}\))?",
    re.IGNORECASE,
)
_BARELY = Lazy(r"\W*(?:[\w.-]{1,40} ){1,4}(?:failed|failure|aborted|error)\W*", re.IGNORECASE)
_MESSAGE = Lazy(r"(?:\[\w+\] )?(?:Error )?(?:[Mm]essage|MESSAGE|Reason|Root cause): (?=\S+ \S+ \S)")
_LABEL = Lazy(r"\W*[\w.()\[\]#:]+\W*")


def cause_words(message: str, named: bool) -> Words:
    """The words of the clause that says what went wrong.

    Args:
        message: what stands behind the exception's class, or a whole text.
        named: whether an exception's class stood before it; then its first line is the message.
    """
    gathered: tuple[str, ...] = ()
    for line in _lines(message, named):
        found = _of_line(line)
        gathered += found.words
        if len(gathered) >= ENOUGH_WORDS or found.name:
            return Words(gathered, found.name)
    return Words(gathered, "")


def only_asides(text: str) -> bool:
    """Whether ``text`` is nothing but headings, advice and source: the reason stands elsewhere."""
    lines = [line.strip() for line in text[:2_000].split("\n") if line.strip()]
    return bool(lines) and all(_ASIDE.fullmatch(line.strip("\x1e")) for line in lines)


def _lines(message: str, named: bool) -> list[str]:
    whole = (_WRAP if named else _LONG_WRAP).sub(" ", "\n".join(_told(message.split("\n"))))
    lines = _told([line[:_MAX_LINE] for line in whole.split("\n")])
    reasons = [line for line in lines if not line.endswith(":")]
    reasons = reasons if any(words_of(line).words for line in reasons) else list(lines)
    reasons.sort(key=lambda line: not _MESSAGE.match(line))
    if named:
        return reasons[:_MAX_LINES]
    behind = [line for before, line in pairwise(lines) if before.endswith(":") and words_of(line).words]
    reasons = [line for line in reasons if states(line) or not _BARELY.fullmatch(line)] or reasons
    telling = [line for line in reasons if _TELLING.search(line) or states(line) or line in behind] or reasons
    return sorted(telling, key=lambda line: not states(line))[:_MAX_LINES]


def _told(lines: list[str]) -> list[str]:
    """The lines that have something on them and are no asides, unless all are."""
    full = [line.strip() for line in lines if line.strip()]
    return [line for line in full if not _ASIDE.fullmatch(line)] or full


def _of_line(line: str) -> Words:
    found: Words | None = None
    for clause in _clauses(unwrapped(_behind_mark(unwrapped(_bared(line))))):
        words = words_of(clause)
        found = words if found is None else Words(found.words + words.words, found.name or words.name)
        if len(found.words) >= LEAST_WORDS:
            break
    return found if found and found.words else words_of(line)


def _bared(line: str) -> str:
    """Without a driver's class in brackets, Spark's account of the task, and details on the same line."""
    line = _STATEMENT.sub("", _LOST_TASK.sub("", _DRIVER_CLASS.sub("", line))) or line
    quoted = _CODE_AND_TEXT.search(line) or _REPR.search(line)
    inner = quoted["text"] or quoted.groupdict().get("cut") or "" if quoted else ""
    if len(words_of(inner).words) >= (LEAST_WORDS if not quoted or quoted["text"] else ENOUGH_WORDS):
        line = inner
    short = _DETAIL.sub("", line)
    return short if short.strip() else line


def _behind_mark(line: str) -> str:
    """What follows the last class or level in the line that a reason of some words follows."""
    for mark in reversed(list(_MARK.finditer(line))):
        rest = _quoted(line[mark.end() :])
        words = words_of(rest).words
        if len(words) >= LEAST_WORDS or (
            len(words) == ENOUGH_WORDS and (states(rest) or mark[0][0].isupper())
        ):
            return rest
    return _quoted_sentence(line)


def _quoted(rest: str) -> str:
    """What a field's quotes hold, where they do."""
    match = _FIELD.match(rest)
    return match["text"] if match and len(words_of(match["text"]).words) >= ENOUGH_WORDS else rest


def _quoted_sentence(line: str) -> str:
    """The message that a sentence about it quotes."""
    for match in _SENTENCE.finditer(line):
        if states(match["text"]):
            return match["text"]
    return line


def _clauses(line: str) -> Iterator[str]:
    """The clauses of a line, without the labels and the operation in front of the reason."""
    breaks = [found for found in _BREAK.finditer(line) if found["end"]]
    starts = [0, *(found.end() for found in breaks)]
    clauses = [
        line[a:b] for a, b in zip(starts, [*(found.start() for found in breaks), len(line)], strict=True)
    ]
    ends = [found["end"] for found in breaks]
    while len(clauses) > 1 and ends and _is_preface(clauses[0], ends[0].strip(), " ".join(clauses[1:])):
        clauses, ends = clauses[1:], ends[1:]
    yield from clauses


def _is_preface(clause: str, end: str, following: str) -> bool:
    few = len(words_of(clause).words) < LEAST_WORDS
    if end == "." and (few or tells(clause)) and not states(clause) and states(following):
        return True
    if end in ".!?;" or len(clause) > _MAX_PREFACE:
        return False
    if few and not _TELLING.search(clause):
        return bool(words_of(following).words)
    explained = len(words_of(following).words) >= (ENOUGH_WORDS if states(following) else LEAST_WORDS)
    if explained and end == ":" and states(following) and (tells(clause) or not states(clause)):
        return True
    if end not in (":", "") and not _TELLING.search(following):
        return False
    return explained and bool(_DOING.fullmatch(clause) or _LABEL.fullmatch(clause))
