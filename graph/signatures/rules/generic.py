"""What every tool says: networks, TLS, HTTP, permissions, time-outs."""

from ..rule import http, name, rule

# Data types as schemas write them, arguments included.
_TYPED = (
    r"['\"`]?(?P<{group}>(?:string|str|text|varchar|char|utf8|u?int(?:eger|8|16|32|64)?|(?:big|small|tiny)int|long|short|byte|bytes|binary"
    r"|float(?:32|64)?|double|real|decimal|numeric|number|bool(?:ean)?|date(?:time)?|time(?:stamp)?(?:_ntz|_ltz|tz)?|array|struct|map|list|record|object|json|null|uuid)"
    r"(?:\([\w ,]{{1,20}}\)|<[^<>\n]{{1,40}}>|\[\w{{1,5}}\])?)(?!\w)['\"`]?"
)

RULES = (
    rule(
        "PATH_NOT_FOUND",
        "no such file or directory|filenotfounderror",
        r"no such file or directory|FileNotFoundError",
        "=local",
    ),
    rule("ACCESS_DENIED", "[errno 13]|permissionerror", r"\[Errno 13\]|PermissionError", "=file"),
    rule("ALREADY_EXISTS", "fileexistserror|file exists", r"FileExistsError|\[Errno 17\]", "=file"),
    rule(
        "DNS_FAILURE",
        "name or service not known|temporary failure in name resolution|nodename nor servname|unknownhostexception|"
        "getaddrinfo|failed to resolve|no such host|nameresolutionerror",
        r"name or service not known|temporary failure in name resolution|nodename nor servname|UnknownHost|getaddrinfo|"
        r"failed to resolve (?:host|address|the (?:host|name)|['\"\\]{0,3}(?:[\w-]{1,63}(?:\.[\w-]{1,63})+|[\w.-]{1,200}['\"\\]{1,3} ?\(|localhost))|"
        r"no such host|NameResolution",
    ),
    rule(
        "TLS_ERROR",
        "certificate verify failed|certificate_verify_failed",
        r"certificate[ _]verify[ _]failed",
        "=certificate_verify_failed",
    ),
    rule(
        "TLS_ERROR",
        "certificate|sslerror|sslhandshake|ssl:|pkix",
        r"(?P<lower>certificate verify failed|certificate has expired|wrong version number|handshake[_ ]failure|unexpected eof|"
        r"self[- ]signed certificate|hostname mismatch|SSLHandshake|SSLError|SSL peer)",
        "lower",
    ),
    rule(
        "CONNECTION_REFUSED",
        "connection refused|econnrefused|actively refused",
        r"connection refused|ECONNREFUSED|actively refused",
    ),
    rule(
        "CONNECTION_TIMEOUT",
        "connect timed out|connection timed out|connecttimeout|connection timeout|etimedout|connecttimeouterror",
        r"connect(?:ion)? timed out|ConnectTimeout|connection timeout|ETIMEDOUT",
    ),
    rule(
        "CONNECTION_LOST",
        "connection reset|econnreset|forcibly closed",
        r"connection reset|ECONNRESET|forcibly closed",
        "=connection_reset",
    ),
    rule(
        "CONNECTION_LOST",
        "connection reset|broken pipe|connection aborted|remotedisconnected|econnreset|connection closed|closed the connection|connection was closed",
        r"(?P<lower>connection reset|broken pipe|connection aborted|RemoteDisconnected|ECONNRESET|connection (?:was )?closed|closed the connection)",
        "lower",
    ),
    rule(
        "CONNECTION_LOST",
        "ehostunreach",
        r"EHOSTUNREACH",
        "=no_route_to_host",
    ),
    rule(
        "CONNECTION_LOST",
        "no route to host|network is unreachable",
        r"(?P<lower>no route to host|network is unreachable)",
        "lower",
    ),
    rule(
        "TIMEOUT",
        "read timed out|readtimeout|sockettimeoutexception|read operation timed out|: timed out|operation timed out after|error timed out|awaiting headers",
        r"read (?:operation )?timed out|ReadTimeout|SocketTimeout|(?:TimeoutError|\btimeout): timed out|operation timed out after \d+ ms|operation timed out after \d+ milliseconds|urlopen error timed out|while awaiting headers",
        "=read",
    ),
    rule(
        "TIMEOUT",
        "deadline exceeded|deadlineexceeded|deadline_exceeded",
        r"deadline[ _]?exceeded",
        "=deadline",
    ),
    rule(
        "THROTTLED",
        "429|too many requests|rate limit",
        rf"{http('429')}|too many requests|rate limit",
        "=http",
    ),
    rule(
        "AUTH_FAILED",
        "401|unauthorized|unauthenticated|invalid credentials|authentication failed|invalid_grant|bad credentials",
        rf"{http('401')}|unauthorized|unauthenticated|invalid credentials|authentication failed|invalid_grant|bad credentials",
    ),
    rule(
        "ACCESS_DENIED",
        "403|forbidden|access denied|permission denied|access is denied|not authorized|operation not permitted",
        rf"{http('403')}|forbidden|access (?:is )?denied|permission denied|not authorized|operation not permitted",
    ),
    rule(
        "SERVICE_UNAVAILABLE",
        "503|502|504|service unavailable|service is currently unavailable|bad gateway|gateway time",
        rf"{http('50[234]')}|service (?:is currently )?unavailable|bad gateway|gateway time-?out",
        "=http",
    ),
    rule(
        "MISSING_FIELD",
        "missing required|required field|missing field|field is missing|missing column|required column",
        rf"(?:missing required (?:field|column|property|key)|required (?:field|column)(?: is)? missing|missing (?:field|column)|required (?:field|column))s?\b:? ?(?:\[|\{{)?{name('field')}",
        "field",
    ),
    rule(
        "MISSING_FIELD",
        "is missing|not found|does not exist|is required",
        rf"\b(?:required )?(?:column|field)s? {name('field')}['\"`\]]* (?:is |was |are )?(?:missing|not found|required|does not exist)",
        "field",
    ),
    rule(
        "UNKNOWN_ENUM",
        "unknown enum|invalid enum|unexpected value|unknown value|not in accepted|not in allowed",
        rf"(?:unknown|invalid|unexpected) (?:enum )?value {name('value')}['\"`]? (?:for|in) (?:field |column )?{name('field')}",
        "field",
        "value",
    ),
    rule(
        "SCHEMA_BREAK",
        "type changed|changed from|changed type",
        rf"(?:column|field) {name('field')}['\"`]? (?:type )?(?:has )?changed (?:type )?from (?P<old>[\w()]+) to (?P<new>[\w()]+)",
        "field",
        "pair",
    ),
    rule(
        "SCHEMA_BREAK",
        "expected|expects|expecting",
        rf"(?:column |field |property |attribute |key )?(?!type\b){name('field')}['\"`]?:? (?:was |is |has )?expect(?:ed|s|ing)(?: to be)?(?: of)?(?: type)?:? (?:an? )?{_TYPED.format(group='old')}"
        rf",? (?:but |and |instead )?(?:it )?(?:got|found|received|was|is|has|given|actual)(?: of)?(?: type)?:? (?:an? )?{_TYPED.format(group='new')}",
        "field",
        "pair",
    ),
    rule(
        "OOM",
        "out of memory|outofmemory|oom-kill|oom killer|oom_kill",
        r"out of memory|OutOfMemory|oom[-_ ]kill",
        "=process",
    ),
    rule(
        "TIMEOUT",
        "timeout waiting for|timed out waiting for|timeout while waiting for|timed out while waiting for",
        r"time(?:d )?[ -]?out (?:while )?waiting for (?:an? |the )?(?P<lower>[a-z]+(?: (?!(?:while|to|for|from|in|on|at|after|before|when|during|with|by|and|or|is|was)\b)[a-z]+){0,2})",
        "=waiting",
        "lower",
    ),
    rule(
        "TIMEOUT",
        "timed out|timeout|deadline exceeded|deadline_exceeded",
        r"timed out|(?<![?&])time ?out(?!=)|deadline[_ ]exceeded",
        "words",
    ),
    rule("TASK_KILLED", "keyboardinterrupt|sigint", r"KeyboardInterrupt|SIGINT", "=interrupt"),
    rule(
        "UPSTREAM_FAILED",
        "skip",
        r"skipping (?:due to|because) .{0,60}(?:upstream|fail)|SKIP relation",
        "=dbt",
    ),
    rule("OOM", "killed", r"^killed$", "=process"),
    # A code without its sentence; one with a sentence is told by that, since others tell the sentence alone.
    rule(
        "ERROR",
        "[",
        r"(?:^|[:\s])\[(?P<word>(?-i:[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]+)+(?:\.[A-Z0-9_]+){0,3}))\][.:]?\s*(?:SQLSTATE:? \w{5})?\W*$",
        "word",
    ),
    rule(
        "ERROR",
        "error: ",
        r"\berror: (?P<word>(?-i:[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]+)+))(?=\s*$|\n| \()",
        "word",
    ),
    rule("ERROR", "dpi-|dpy-", r"\b(?P<word>DP[IY]-\d{4})\b", "word"),
    # A bare status; one with a sentence is told by that.
    rule(
        "OBJECT_NOT_FOUND",
        "404",
        r"(?:\b(?:HTTP(?:/\d(?:\.\d)?)?|status(?:[ _-]?code)?|response|code|returned|got|error)[\]\s:=\"'(]{1,4}|(?:^|[:(\n])\s?)404\b"
        r"[\s:,'\"-]{0,4}(?:client error:? ?)?(?:page )?(?:not ?found)?[\s'\".,:;)]{0,4}(?:$|\n|for url|for \w+ https?|post\b|get\b|https?:|url)"
        r"|\b404:? not found[\s'\".,:;)]{0,4}(?:$|\n|for url|post\b|get\b|https?:|url)",
        "=http",
    ),
    rule(
        "ERROR",
        "internal server error",
        r"\b(?:http|error|status)?.{0,12}500.{0,20}internal server error(?:: none)?(?: for url: \S{1,500})?\W*$",
        "=http",
        "=internal_server_error",
    ),
)
