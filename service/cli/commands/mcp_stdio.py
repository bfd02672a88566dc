"""``sf mcp``: MCP tools on standard input and output."""

from argparse import Namespace

from mcp_server.transports import run_stdio

from ...logs import setup_logging
from ...sources import opened
from ...version import version
from ..common import settings_of
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """Serve one client until it hangs up; standard output belongs to the protocol."""
    loaded = settings_of(arguments)
    setup_logging(loaded.settings.log_level, loaded.settings.log_format)
    with opened(loaded) as source:
        if source.note:
            console.note(source.note)
        run_stdio(lambda: source.read_model, version=version(), clock=source.now)
    return OK
