"""What can be typed. Only the standard library, so that ``sf --help`` is instant."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

ROLES = ("reader", "ingester", "operator", "approver", "admin")
USAGE = 2


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and a hint."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with the usage code."""
        sys.stderr.write(f"{self.prog}: {message}\n  hint: {self.prog} --help\n")
        raise SystemExit(USAGE)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command and its options; those of every command are None where not given."""
    parser = Parser(
        prog="sf", description="What broke in a data pipeline, why, what else is hit, and how it is known."
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    parser.set_defaults(data_dir=None, graph_url=None, format=None, command=None)
    _global(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _running(commands)
    _reading(commands)
    _offline(commands)
    _routing(commands)
    _budget(commands)
    _archive(commands)
    _bus(commands)
    found = parser.parse_args(arguments)
    if found.command is None and not found.version:
        parser.print_help(sys.stderr)
        raise SystemExit(USAGE)
    return found


def _global(parser: argparse.ArgumentParser, default: Any) -> None:
    parser.add_argument("--data-dir", metavar="DIR", default=default, help="where data is kept")
    parser.add_argument(
        "--graph-url",
        metavar="URL",
        default=default,
        help="the graph's server (default: in the data directory)",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default=default, help="text for people, json for programs"
    )


def _command(commands: Any, name: str, text: str, module: str = "") -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    _global(made, default=argparse.SUPPRESS)
    made.set_defaults(module=module or name)
    return made


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address of the server (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port of the server (default 8420)")


def _running(commands: Any) -> None:
    demo = _command(commands, "demo", "replay the shipped recordings, explain them, then serve them")
    demo.add_argument("--no-serve", action="store_true", help="stop before serving")
    _address(demo)
    serve = _command(commands, "serve", "take events in and answer questions over REST and MCP")
    _address(serve)
    serve.add_argument("--ui", action="store_true", help="also start the page")
    serve.add_argument("--no-auth", action="store_true", help="ask for no key; on loopback only")
    serve.add_argument(
        "--rebuild", action="store_true", help="make graph and state anew from the events first"
    )
    page = _command(commands, "ui", "start the page", "page")
    _address(page)
    page.add_argument("--page-port", type=int, default=8501, help="port of the page (default 8501)")
    mcp = _command(commands, "mcp", "serve MCP tools on standard input and output", "mcp_stdio")
    _address(mcp)


def _reading(commands: Any) -> None:
    incidents = _command(commands, "incidents", "list incidents")
    incidents.add_argument("--status", type=str.upper, choices=("OPEN", "RESOLVED"), help="only these")
    incidents.add_argument("--dataset", metavar="URN", help="only those that affect this data set")
    incidents.add_argument("--since", metavar="TIME", help="only those created since (RFC 3339)")
    incidents.add_argument("--limit", type=int, default=50, help="at most so many (default 50)")
    rca = _command(commands, "rca", "explain one incident")
    rca.add_argument("incident", help="incident id")
    blast = _command(commands, "blast", "list what stands downstream of a data set")
    blast.add_argument("dataset", metavar="URN", help="data set URN")
    blast.add_argument("--max-hops", type=int, default=3, help="how far to look (default 3)")
    ask = _command(commands, "ask", "ask a question in words")
    ask.add_argument("question", nargs="+", help="the question")
    ask.add_argument("--incident", help="the incident that is meant")
    feedback = _command(commands, "feedback", "say whether an explanation was right")
    feedback.add_argument("incident", help="incident id")
    feedback.add_argument("verdict", type=str.upper, choices=("CORRECT", "WRONG"), help="correct or wrong")
    feedback.add_argument("--cause", metavar="TEXT", help="what it really was; `none` for a false alarm")
    feedback.add_argument("--comment", metavar="TEXT", help="for those who read it later")
    for reader in (incidents, rca, blast, ask, feedback):
        _address(reader)


def _offline(commands: Any) -> None:
    replay = _command(commands, "replay", "run recorded events through the engine and explain what broke")
    replay.add_argument(
        "path", metavar="PATH", help="newline-delimited JSON envelopes, or - for standard input"
    )
    replay.add_argument("--until", metavar="TIME", help="stop the clock here (RFC 3339)")
    signature = _command(commands, "signature", "say which failure bucket an error falls into")
    signature.add_argument("file", metavar="FILE", help="the error's text, or - for standard input")
    keys = _command(commands, "keys", "make, list and remove API keys")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = _command(actions, "add", "make a key; it is shown once", "keys")
    add.add_argument("--role", required=True, choices=ROLES, help="what the key may do")
    add.add_argument("--name", help="a name to know it by (default: the role and a number)")
    _command(actions, "list", "list added keys", "keys")
    remove = _command(actions, "remove", "forget a key", "keys")
    remove.add_argument("name", help="its name")
    _bench(commands)
    doctor = _command(
        commands, "doctor", "show versions, settings with their source, and the state of the data"
    )
    _address(doctor)


def _bench(commands: Any) -> None:
    bench = _command(commands, "bench", "measure ingest and explanation here, root causes, or a year")
    bench.add_argument(
        "subject", nargs="?", choices=("rca", "year", "flood", "burst"),
        help="rca: grade root causes; year, flood: does anything go on growing?; burst: Kafka and workers",
    )  # fmt: skip
    bench.add_argument("--texts", type=int, default=1_000_000, help="of the flood (default 1000000)")
    bench.add_argument("--dags", type=int, default=100, help="that run each day of the year (default 100)")
    bench.add_argument("--days", type=int, default=365, help="of the year (default 365)")
    bench.add_argument("--events", type=int, default=20_000, help="how many to take in (default 20000)")
    bench.add_argument("--minutes", type=float, default=10.0, help="of the burst (default 10)")
    bench.add_argument("--rate", type=int, default=1_000, help="events a second of the burst (default 1000)")
    bench.add_argument("--workers", type=int, default=2, help="of the burst (default 2)")
    rca = bench.add_argument_group("rca")
    rca.add_argument("--cases", type=int, default=200, help="recordings with faults (default 200)")
    rca.add_argument("--healthy", type=int, default=100, help="recordings without (default 100)")
    rca.add_argument("--seed", type=int, default=1, help="of the first recording (default 1)")
    rca.add_argument("--families", metavar="A,B", help="only faults of these families")
    rca.add_argument(
        "--held-out", choices=("with", "without", "only"), default="with",
        help="families kept from tuning (default with)",
    )  # fmt: skip
    rca.add_argument("--processes", type=int, default=1, help="how many at a time (default 1)")
    rca.add_argument("--show-misses", type=int, default=10, metavar="K", help="how many (default 10)")
    rca.add_argument("--export", metavar="FILE", help="write confidences and whether they were right")


def _routing(commands: Any) -> None:
    routes = _command(commands, "routes", "show who would hear of what; send test notices; mend what failed")
    dry = "show what would be sent, and send nothing"
    routes.add_argument("--dry-run", action="store_true", help=dry)
    _address(routes)
    actions = routes.add_subparsers(dest="action", metavar="ACTION")
    test = _command(actions, "test", "send a test notice", "routes")
    test.add_argument("route", help="the route's name")
    test.add_argument("--dry-run", action="store_true", default=argparse.SUPPRESS, help=dry)
    _command(actions, "dead", "list what could not be delivered", "routes")
    replay = _command(actions, "replay", "send a dead message again", "routes")
    replay.add_argument("id", metavar="ID", help="its number, or all")


def _budget(commands: Any) -> None:
    budget = _command(commands, "budget", "show the false alarms of each engine, or let one be heard again")
    _address(budget)
    actions = budget.add_subparsers(dest="action", metavar="ACTION")
    reset = _command(actions, "reset", "give an engine its budget anew", "budget")
    reset.add_argument("signal_type", metavar="TYPE", help="its signal type, such as VOLUME_ANOMALY")


def _bus(commands: Any) -> None:
    worker = _command(commands, "worker", "judge data sets behind Kafka; start as many as there is work for")
    worker.add_argument("--name", help="of its state on this machine (default: its process id)")
    dead = _command(commands, "dlq", "messages of the bus that nobody could read")
    dead.add_argument("--limit", type=int, default=50, help="at most so many (default 50)")
    actions = dead.add_subparsers(dest="action", metavar="ACTION")
    _command(actions, "replay", "send those not yet sent again to where they came from", "dlq")


def _archive(commands: Any) -> None:
    archive = _command(commands, "archive", "ask what has left the graph: archived runs, or one SELECT")
    archive.add_argument("--table", metavar="URN", help="only runs that read or wrote this data set")
    archive.add_argument("--job", metavar="URN", help="only runs of this job")
    archive.add_argument("--since", metavar="TIME", help="only what was on or after (RFC 3339)")
    archive.add_argument("--until", metavar="TIME", help="only what began by then (RFC 3339)")
    archive.add_argument("--limit", type=int, default=50, help="at most so many rows (default 50)")
    archive.add_argument("--sql", metavar="SELECT", help="over runs, tables, days, nodes, edges, elements")
