"""From what was typed to an exit code: no error leaves a traceback."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from signal_factory.errors import BackendUnavailable, CallerError, ConfigurationError, SignalFactoryError

from .console import INTERRUPTED, OK, UNAVAILABLE, USAGE, Console, standard
from .parser import parse


class Command(Protocol):
    """A module of ``service.cli.commands``."""

    def run(self, arguments: Namespace, console: Console) -> int:
        """Do it; the exit code."""
        ...


def run(arguments: Sequence[str] | None) -> int:
    """Run one command line."""
    console = standard()
    try:
        return _run(arguments, console)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except SignalFactoryError as error:
        console.error(str(error), error.hint)
        return _code_of(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: one line instead of a traceback
        return _unexpected(error, console)


def _run(arguments: Sequence[str] | None, console: Console) -> int:
    try:
        typed = parse(arguments)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else USAGE
    if typed.version:
        from ..version import version

        console.text(version())
        return OK
    module = cast("Command", import_module(f".commands.{typed.module}", __package__))
    code = module.run(typed, console)
    console.flush()
    return code


def _code_of(error: SignalFactoryError) -> int:
    if isinstance(error, BackendUnavailable):
        return UNAVAILABLE
    return USAGE if isinstance(error, CallerError | ConfigurationError) else UNAVAILABLE


def _unexpected(error: Exception, console: Console) -> int:
    if os.environ.get("SF_LOG_LEVEL", "").upper() == "DEBUG":
        raise error
    console.error(
        f"internal error: {type(error).__name__}: {error}",
        "Run it again with SF_LOG_LEVEL=DEBUG to see where, and report it.",
    )
    return UNAVAILABLE
