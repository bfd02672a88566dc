"""``sf bench``: what this machine does."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from signal_factory.errors import CallerError

from ...bench import lines_of, measure
from ...recordings import shipped
from ..common import settings_of, wants_json
from ..console import OK, Console

_START = datetime(2026, 1, 1, tzinfo=UTC)


def run(arguments: Namespace, console: Console) -> int:
    """Measure ingest and explanation in a temporary directory, and print both; or root causes, or a year."""
    if arguments.subject == "rca":
        from .bench_rca import run as run_rca

        return run_rca(arguments, console)
    if arguments.subject == "year":
        from .bench_year import run as run_year

        return run_year(arguments, console)
    if arguments.subject == "flood":
        from .bench_flood import run as run_flood

        return run_flood(arguments, console)
    if arguments.subject == "burst":
        from .bench_burst import run as run_burst

        return run_burst(arguments, console)
    if arguments.events < 1:
        raise CallerError("--events should be at least 1", hint="20,000 are the default.")
    lines = lines_of(arguments.events, _START)
    with TemporaryDirectory(prefix="sf-bench-") as scratch:
        document = measure(lines, shipped(), Path(scratch), settings_of(arguments).settings)
    if wants_json(arguments):
        console.json(document)
    else:
        _print(document, console)
    return OK


def _print(document: dict[str, Any], console: Console) -> None:
    ceiling = document["ingest"][0]["per_second"]
    console.text(console.strong("Ingest, events a second"))
    for rate in document["ingest"]:
        share = rate["per_second"] / ceiling if ceiling else 0
        console.text(f"  {rate['name']:<36} {rate['per_second']:>9,}  {share:>5.0%} of the ceiling")
    console.text(console.strong("Explanation of an incident right after an event, milliseconds"))
    for told in document["explanation"]:
        console.text(f"  {told['recording']:<36} p50 {told['p50_ms']:>7,.2f}   p99 {told['p99_ms']:>7,.2f}")
