"""SQL engines: locks, limits, permissions and connections."""

from ..rule import name, rule

# Oracle's errors come in stacks: these only say that another one follows.
_ORA_WRAPPERS = r"(?!ORA-(?:00604|02063|04088|06512|12801|29913|20\d{3}|39\d{3})\b)"

RULES = (
    # concurrency, limits
    rule("LOCK_CONFLICT", "deadlock", r"deadlock", "=deadlock"),
    rule(
        "LOCK_CONFLICT",
        "waits for",
        r"process \d+ waits for \w+Lock on .{1,200}blocked by process",
        "=deadlock",
    ),
    rule(
        "LOCK_CONFLICT",
        "database is locked|could not set lock on file|lock wait timeout|lock timeout|could not obtain lock|table is locked|lock on file",
        r"(?P<lower>database (?:table )?is locked|could not set lock on file|lock wait timeout|lock timeout|could not obtain lock)",
        "lower",
    ),
    rule("LOCK_CONFLICT", "conflict with recovery", r"due to conflict with recovery", "=standby_recovery"),
    rule(
        "TIMEOUT",
        "statement timeout|canceling statement",
        r"due to (?P<lower>statement timeout|user request|lock timeout)",
        "lower",
    ),
    rule(
        "NO_RESOURCES",
        "too many connections|too many clients|remaining connection slots|queuepool limit|connection pool|(1040,",
        r"(?P<lower>\(1040, |too many (?:clients|connections)|remaining connection slots|QueuePool limit|connection pool (?:is )?exhausted)",
        "=connections",
    ),
    rule(
        "ACCESS_DENIED",
        "permission denied for",
        rf"permission denied for (?:table|relation) {name('table')}",
        "=table",
        "table",
    ),
    rule(
        "ACCESS_DENIED",
        "permission denied for",
        rf"permission denied for (?P<lower>schema|database|sequence|function|view) {name('table')}",
        "lower",
        "table",
    ),
    rule(
        "ACCESS_DENIED",
        "must be owner of",
        rf"must be owner of (?P<lower>\w+) {name('table')}",
        "=owner",
        "table",
    ),
    rule(
        "ACCESS_DENIED",
        "read-only transaction|readonly database|read-only",
        r"read-?only (?P<lower>transaction|database|mode)|cannot execute \w+ in a read-only",
        "=read_only",
    ),
    rule(
        "CONSTRAINT_VIOLATION",
        "other objects depend on",
        rf"cannot drop (?:\w+ ){{1,3}}{name('table')}.{{0,80}} other objects depend on",
        "=dependent_objects",
        "table",
    ),
    rule(
        "ALREADY_EXISTS",
        "already exists",
        rf"(?P<lower>relation|table|view|schema|database|index|column|type) (?:with name )?{name('table')}[\"'`]? (?:of relation \S+ )?already exists",
        "lower",
        "table",
    ),
    rule(
        "CONNECTION_LOST",
        "server closed the connection unexpectedly|terminating connection|lost connection to mysql|lost connection to server|gone away|ssl syscall",
        r"(?P<lower>server closed the connection|terminating connection|lost connection|gone away|SSL SYSCALL)",
        "lower",
    ),
    rule(
        "CONNECTION_REFUSED",
        "connection refused|postmaster is accepting",
        r"postmaster is accepting|(?:psycopg|postgres|connection to server|jdbc|could not connect to server|pymysql|mysql).{0,300}connection refused",
        "=database",
    ),
    rule(
        "DNS_FAILURE",
        "could not translate host name|unknown host",
        r"could not translate host name",
    ),
    rule("ERROR", "ora-", _ORA_WRAPPERS + r"\b(?P<word>ORA-\d{5})\b", "word"),
)
