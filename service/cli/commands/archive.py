"""``sf archive``: what has left the graph."""

from argparse import Namespace
from typing import Any

from graph.retention.query import MOST_ROWS, Found, Wanted, ask, find_runs
from signal_factory.errors import CallerError, InvalidEvent, InvalidIdentifier
from signal_factory.times import format_time, parse_time
from signal_factory.urns import urn_problem

from ...retention import archive_of
from ..common import settings_of, wants_json
from ..console import OK, Console

_SHOWN = ("started_at", "status", "job", "run_id", "signature")


def run(arguments: Namespace, console: Console) -> int:
    """Archived runs newest first, or what one SELECT says."""
    if not 1 <= arguments.limit <= MOST_ROWS:
        raise CallerError(
            f"--limit should be between 1 and {MOST_ROWS}", hint="Narrow it with --since/--until."
        )
    wanted = _wanted(arguments)
    archive = archive_of(settings_of(arguments).settings)
    if arguments.sql is None:
        found = find_runs(archive, wanted, arguments.limit)
    else:
        found = ask(archive, arguments.sql, wanted, arguments.limit)
    if wants_json(arguments):
        console.json(_document(found))
    else:
        _print(found, console, found.columns if arguments.sql else _SHOWN)
    if not found.days:
        console.note(f"nothing is archived for that in {archive.place.shown}")
    return OK


def _wanted(arguments: Namespace) -> Wanted:
    if arguments.sql is not None and (arguments.table or arguments.job):
        raise CallerError("--sql does not go with --table or --job", hint="Put them into the SELECT.")
    since, until = _moment("--since", arguments.since), _moment("--until", arguments.until)
    if since and until and since > until:
        raise CallerError("--since lies after --until", hint="Swap them.")
    for name, urn in (("--table", arguments.table), ("--job", arguments.job)):
        problem = urn_problem(urn) if urn else None
        if problem is not None:
            raise InvalidIdentifier(f"{name}: {problem}")
    return Wanted(arguments.table or "", arguments.job or "", since, until)


def _moment(name: str, text: str | None) -> str:
    if text is None:
        return ""
    try:
        return format_time(parse_time(text))
    except InvalidEvent as error:
        raise CallerError(f"{name}: {error}", hint=error.hint) from None


def _document(found: Found) -> dict[str, Any]:
    items = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in found.rows]
    return {
        "items": items, "returned": len(items), "total": found.total, "is_partial": found.is_partial,
        "days": {"first": min(found.days, default=None), "last": max(found.days, default=None)},
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else str(value)


def _print(found: Found, console: Console, columns: tuple[str, ...]) -> None:
    places = [found.columns.index(name) for name in columns]
    rows = [tuple("" if row[place] is None else str(row[place]) for place in places) for row in found.rows]
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        console.text("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    if found.is_partial:
        of = "" if found.total is None else f" of {found.total}"
        console.note(f"{len(found.rows)}{of} shown; --limit shows more, --since and --until narrow it")
