"""The ``sf`` command line (contract §5). What a command needs is imported when it runs."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (contract §3)."""
    from .program import run

    return run(arguments)
