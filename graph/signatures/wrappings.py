"""What drivers put around an engine's message within its line, and how to take it off.

Servers, protocols and languages each dump the same sentence in their own frame: ClickHouse with its number and
C++ class, gRPC with its status, PDO and ODBC with SQLSTATEs in brackets, JSON and XML with fields.
"""

from .lazy import Lazy

_FRONT = tuple(
    Lazy(p)
    for p in (
        r"^.*?\bCode: \d{1,4}[.,] {0,2}(?:e\.(?:displayText|what)\(\) = )?(?=(?:std|Poco|DB)::)",
        r"^(?:(?:.{0,80} )?(?:DB|Poco|std)::(?:\w{1,30}::)?\w*[Ee]xception: ?)+",
        r"^.*?\bKafkaError\{code=\w{1,60},val=-?\d{1,5},str=\"",
        r"^(?:.{0,300}?: )?(?:Broker|Local): (?=[A-Z][a-z])",
        r"^.*?[Ee]xecution Error, return code -?\d{1,9} from [\w.$]{3,200}?\.? (?:MetaException\(message:)?(?=[A-Za-z])",
        r"^\(gcloud\.[\w.-]{2,100}\) (?:[A-Z_]{4,40}: )?(?=[A-Za-z])",
        r"^RESPONSE \d{3}: \d{3} (?=[A-Za-z])",
        r"^Received from \S{1,80}?\. (?:DB::\w*Exception: ?)?",
        r"^.{0,120}?\b[1-5]\d\d (?:GET|POST|PUT|DELETE|HEAD|PATCH) \S{1,600}: ",
        r"^.*?\brpc error: code = \w{2,30} desc = ",
        r"^.*?\bSQLSTATE\[\w{5}\](?: ?\[\d{1,6}\]|: [\w ]{3,60}: \d{1,6})?:? ",
        (
            r"^.{0,200}?(?:\[[\w ./,()-]{2,60}\]){0,4}\[(?:Microsoft|SQL Server|unixODBC|MySQL|Amazon|Simba|Snowflake|Oracle|Cloudera|Teradata|Vertica|Databricks)\]"
            r"(?:\[[\w ./,()-]{2,60}\]){0,4}:? {0,2}(?:\(\d{1,7}\) ?)?(?:Invalid operation: )?"
        ),
        r"^.*?\bexception '[\w\\]{3,80}' with message '",
        r"^(?:\w{1,40}: )?(?:ER_[A-Z_]{4,60}|E[A-Z]{5,14}|[A-Z][A-Z0-9]{2,12}(?:_[A-Z0-9]{2,20}){1,6}): (?=[A-Za-z'\"`])",
        r"^.*?<Message>\s*",
        r"^(?:[A-Z]\w{1,40}::){1,6}\w{1,60}:? (?=[A-Z])",
        r"^\| {0,40}[\w.-]{1,60} {0,40}\| ",
        r"^\s*\[[A-Z][A-Z0-9_]{3,80}(?:\.[A-Z0-9_]{2,80}){0,3}\][:.]? {0,3}(?=[A-Za-z'\"`(])",
        r"^\s*\[[A-Za-z][\w .#-]{1,30}\]:?\s{0,3}(?=[A-Za-z'\"`])",
        r"^[('\"{<\s]{1,6}(?=[A-Za-z])",
        r"^[\w ]{2,40}\b(?:error|exception|message|warning)(?: is| was)?:? [\"“](?=[A-Za-z][^\"”]{12,600}[\"”]\W{0,3}$)",
        r"^(?:requirement|assertion) failed: (?=[A-Za-z])",
        r"^(?:[Oo]ops|[Uu]ncaught|[Uu]nhandled|[Gg]ot|[Cc]aught)(?: \w{1,20})?:? (?:[Ee]rror|[Ee]xception): ",
    )
)
_BACK = tuple(
    Lazy(p)
    for p in (
        r"\s?\((?:version|SQLSTATE|Background on|from \d|in query|official build|errno|os error|position|line \d|file \").*",
        r"</Message>.*",
        r", (?:invalid|duplicate|required|forbidden|conflict|[a-z]{2,20}[A-Z][A-Za-z]{2,30})$",
        r"[.;]{0,2} SQLSTATE: \w{5}\b.*",
        r"[,.]? ?Stack trace\b.*",
        r":? While (?:executing|processing|reading|parsing)\b.*",
        r"[.,;']{0,3} in (?:/|[A-Z]:\\)\S{1,300}.*",
        r" at (?:/|[A-Z]:\\)\S{1,300}.*",
        r"\s\(?(?:[Ss]ee|[Cc]heck|[Pp]lease|[Pp]ossible solutions|[Rr]efer to)\b (?:https?:|the |our |also )?.*",
    )
)
_MOST_STEPS = 6


def unwrapped(line: str) -> str:
    """``line`` without its driver's frame; as it is where nothing else would be left."""
    for _ in range(_MOST_STEPS):
        shorter = _one_off(line)
        if shorter == line:
            break
        line = shorter
    for rx in _BACK:
        shorter = rx.sub("", line, count=1)
        line = shorter if sum(c.isalpha() for c in shorter) > 5 else line
    return line


def _one_off(line: str) -> str:
    for rx in _FRONT:
        match = rx.match(line)
        if match and sum(c.isalpha() for c in line[match.end() :]) > 5:
            return line[match.end() :]
    return line
