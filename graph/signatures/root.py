"""Where the root cause stands in a stack trace: exceptions in order, innermost cause first."""

import re
from collections.abc import Iterator

from .clean import RECORD
from .lazy import Lazy

MAX_MESSAGE = 3_000
_MAX_EXCEPTIONS = 60


class Raised:
    """One exception of a trace: its class, message and frames (outermost call first for Python).

    ``link`` says how it follows what stands before it: "cause" (Java), "direct" or
    "during" (Python), "" where it does not.
    """

    __slots__ = ("frames", "link", "message", "qualified")

    def __init__(self, qualified: str, message: str, link: str = "") -> None:
        self.qualified = qualified
        self.message = message
        self.link = link
        self.frames: list[str] = []

    @property
    def cls(self) -> str:
        """The class without its package and enclosing class."""
        return re.split(r"[.$]", self.qualified)[-1]

    @property
    def haystack(self) -> str:
        """What recognisers read."""
        return f"{self.qualified}: {self.message}" if self.qualified else self.message


_JAVA = Lazy(
    r"(?P<caused>Caused by: )?(?:\[[A-Z]\w*\] )?(?:Exception in thread \"[^\"\n]{0,120}\" )?(?:: )?"
    r"(?:[\w.]{1,80}\.RemoteException\((?=[\w.$]{1,120}\):))?"
    r"(?P<cls>(?:[a-z_][\w$]{0,60}\.){1,14}[A-Z_][\w$]{0,120})\)?(?:: ?(?P<msg>.*))?$"
)
_PYTHON = Lazy(
    r"(?:E {1,7})?(?P<cls>Exception|(?:[A-Za-z_]\w{0,60}\.){0,10}_?[A-Z]\w{0,80}"
    r"(?:Error|Exception|Exit|Interrupt|Iteration|Timeout|Failure|Failed|Denied|NotFound|Fail|Warning|Defined"
    r"|Violation|Found|Conflict|Forbidden|BadRequest|TooManyRequests|Unavailable|Fault|Undefined\w{1,30}|Cancelled|Throwable|Lost))"
    r"(?:: ?(?P<msg>.*))?$"
)
_PY_DOTTED = Lazy(r"(?P<cls>(?:[a-z_]\w{0,60}\.){1,10}[A-Z]\w{0,80})(?:: ?(?P<msg>.*))?$")
_INLINE_JAVA = Lazy(
    r"(?:most recent failure: .{0,300}?|Exception in task .{0,80}|\): |exception: |Reason: |error: |by )"
    r"(?P<cls>(?:[a-z_][\w$]{0,60}\.){2,14}[A-Z][\w$]{0,120}(?:Exception|Error|Throwable|Failure)):? ?(?P<msg>.*)$"
)
_JAVA_FRAME = Lazy(r"\s*at ([\w$.<>/@ -]{1,300})\(")
_PY_FRAME = Lazy(r"\s*File \"([^\"\n]{1,400})\", line [^,\n]{1,20}(?:, in (\S{1,120}))?")
_PYTEST_FRAME = Lazy(r"(\S{1,200}\.py):\d+: (?:in (\S+)|\w+)")
_DIRECT = "direct cause of the following exception"
_DURING = "another exception occurred"
_STOP = Lazy(
    r"\s*(?:at [\w$.<>/@-]+\(|\.\.\. \d+ (?:more|common)|Driver stacktrace:|Traceback \(most recent|"
    r"Caused by: |Suppressed: |During handling|The above exception|[~^ ]+$|File \"|=+ ?$|-{10,})"
)


def exceptions(text: str) -> list[Raised]:
    """Every exception named in ``text``, in the order of the text."""
    found: list[Raised] = []
    frames: list[str] = []
    link, open_message, in_python = "", False, False
    for marked in text.split("\n"):
        line = marked.lstrip(RECORD)
        open_message = open_message and (line is marked or line.startswith(("Detail", "DETAIL")))
        if _DIRECT in line or _DURING in line:
            link, open_message = ("direct" if _DIRECT in line else "during"), False
            continue
        if "Traceback (most recent call last)" in line:
            in_python, frames, open_message = True, [], False
            inline = _inline(line)
            if inline is not None:
                found.append(inline)
            continue
        frame = _frame(line)
        if frame is not None:
            in_python = in_python or frame.startswith("py ")
            _keep_frame(frame, line, found, frames)
            open_message = False
            continue
        raised = (
            _head(line.lstrip(), in_python) if not open_message or not line.startswith((" ", "\t")) else None
        )
        if raised is not None and len(found) < _MAX_EXCEPTIONS:
            raised.link = raised.link or link
            if in_python:
                raised.frames, in_python = frames, False
            frames, link, open_message = [], "", True
            found.append(raised)
        elif open_message and found and not _STOP.match(line):
            _extend(found[-1], line)
        elif line.strip():
            open_message = False
    return found


def _keep_frame(frame: str, line: str, found: list[Raised], frames: list[str]) -> None:
    if line.lstrip().startswith("at ") and found:
        if len(found[-1].frames) < 80:
            found[-1].frames.append(frame)
    else:
        frames.append(frame)


def _extend(raised: Raised, line: str) -> None:
    if len(raised.message) < MAX_MESSAGE:
        raised.message = f"{raised.message}\n{line}" if raised.message else line


def _frame(line: str) -> str | None:
    match = _JAVA_FRAME.match(line)
    if match:
        return f"java {match[1]}"
    match = _PY_FRAME.match(line)
    if match:
        return f"py {match[2] or ''} {match[1]}"
    match = _PYTEST_FRAME.fullmatch(line)
    return f"py {match[2] or ''} {match[1]}" if match else None


def _head(line: str, in_python: bool) -> Raised | None:
    for rx in (_JAVA, _PYTHON):
        match = rx.match(line)
        if match and not (rx is _JAVA and not _is_exception(match, in_python)):
            caused = "cause" if line.startswith("Caused by:") else ""
            return _nested(Raised(match["cls"], (match["msg"] or "")[:MAX_MESSAGE], link=caused))
    dotted = _PY_DOTTED.match(line)
    if dotted and (in_python or (line.count(".") > 1 and dotted["msg"] is None)):
        return Raised(dotted["cls"], (dotted["msg"] or "")[:MAX_MESSAGE])
    return _inline(line)


def _is_exception(match: re.Match[str], in_python: bool) -> bool:
    cls = match["cls"]
    return bool(
        in_python
        or match["caused"]
        or re.search(r"(?:Exception|Error|Throwable|Failure|Timeout|Fault|Denied|NotFound|Exit)$", cls)
        or re.match(r"[\w.]*(?:errors?|exceptions?)\.", cls)
    )


_HEAD_IN_MESSAGE = Lazy(
    r"(?P<cls>(?:[a-z_][\w$]{0,60}\.){2,14}[A-Z][\w$]{0,120}(?:Exception|Error)): (?P<msg>.+)$"
)


def _nested(raised: Raised) -> Raised:
    """``SparkException: Job aborted …: Lost task … : java.lang.X: m`` is about X."""
    inner = _inline(raised.message)
    if inner is None and (match := _HEAD_IN_MESSAGE.match(raised.message)):
        inner = Raised(match["cls"], match["msg"][:MAX_MESSAGE])
    if inner is None:
        return raised
    inner.link = raised.link
    return inner


def _inline(line: str) -> Raised | None:
    match = _INLINE_JAVA.search(line[:2_000])
    return Raised(match["cls"], match["msg"][:MAX_MESSAGE]) if match else None


_BARE = Lazy(r"error=\d{1,3}, [\w ]{1,60}")
_WRAPPERS = frozenset(
    (
        "SparkException Py4JJavaError AirflowException AirflowFailException ExecutionException JobException "
        "CompletionException InvocationTargetException UndeclaredThrowableException RuntimeException "
        "JobExecutionException SparkStreamingException QueryExecutionException ProgramInvocationException "
        "StreamingQueryException PrivilegedActionException UncheckedIOException ExecutorException "
        "TaskNotSerializableException FlinkException FlinkRuntimeException RemoteTraceback ConnectException "
        "DbtRuntimeError DbtDatabaseError CalledProcessError PythonException RetryError MaxRetryError SystemExit "
        "UncheckedExecutionException IOException Exception BackendError TaskFailedException HiveException"
    ).split()
)


def ordered_by_likelihood(found: list[Raised]) -> Iterator[Raised]:
    """The exceptions, most likely root first; each exception comes once.

    Java: the innermost ``Caused by``. Python: the last exception, but behind the
    "direct cause" arrow the one it points from. Wrappers come after what they wrap.
    """
    ranked = list(reversed(found))
    root = _root_index(found)
    first = [found[root]] if found else []
    rest = [r for r in ranked if all(r is not f for f in first)]
    ordered = first + rest
    yield from (r for r in ordered if not is_wrapper(r) and not _is_bare(r))
    yield from (r for r in ordered if is_wrapper(r) and not _is_bare(r))
    yield from (r for r in ordered if _is_bare(r))


def is_wrapper(raised: Raised) -> bool:
    """Whether the exception's class says nothing but that something inside failed."""
    return raised.cls in _WRAPPERS


def _is_bare(raised: Raised) -> bool:
    """Whether the exception gives an operating system's number only: what it was about stands around it."""
    return _BARE.fullmatch(raised.message.strip()) is not None


def _root_index(found: list[Raised]) -> int:
    index = len(found) - 1
    while index > 0 and found[index].link == "direct":
        index -= 1
    return index
