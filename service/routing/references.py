"""Secrets by reference: settings name where a secret is, and never hold it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from signal_factory.errors import ConfigurationError

_FORM: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+")


def _reference(text: str) -> str:
    if _FORM.fullmatch(text) is None:
        raise ValueError("a secret is given as env:NAME or file:PATH, never itself")
    return text


Reference = Annotated[str, AfterValidator(_reference)]
"""``env:NAME`` or ``file:PATH``; a relative path is meant from the data directory, ``~`` is the home."""


class Secrets:
    """Looks references up, each time anew: a rotated secret counts at once."""

    def __init__(self, environ: Mapping[str, str], base: Path) -> None:
        self._environ, self._base = environ, base

    def get(self, reference: str) -> str:
        """The secret, without surrounding space.

        Raises:
            ConfigurationError: there is none; the message holds the reference only.
        """
        kind, _, name = reference.partition(":")
        try:
            found = (
                self._environ.get(name, "") if kind == "env" else _read(self._base / Path(name).expanduser())
            )
        except (OSError, UnicodeDecodeError, RuntimeError):
            found = ""
        if not found.strip():
            raise ConfigurationError(
                f"the secret {reference} is missing or empty", hint="Set it where `sf serve` runs."
            )
        return found.strip()

    def has(self, reference: str) -> bool:
        """Whether the secret can be looked up."""
        try:
            return bool(self.get(reference))
        except ConfigurationError:
            return False


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
