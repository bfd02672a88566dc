"""Data on standard output, messages on standard error."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Final, TextIO

OK: Final = 0
SOMETHING_IS_WRONG: Final = 1
USAGE: Final = 2
UNAVAILABLE: Final = 3
INTERRUPTED: Final = 130


class Console:
    """Where a command writes. Colour only for people, and never with ``NO_COLOR``."""

    def __init__(self, out: TextIO, err: TextIO, environ: Mapping[str, str]) -> None:
        self._out, self._err = out, err
        self._is_coloured = out.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"

    def text(self, text: str) -> None:
        """Text for people."""
        self._out.write(text if text.endswith("\n") else f"{text}\n")

    def json(self, document: Any) -> None:
        """One JSON document, for programs and still legible."""
        self._out.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def json_line(self, document: Any) -> None:
        """One JSON document on one line."""
        self._out.write(json.dumps(document, ensure_ascii=False) + "\n")

    def flush(self) -> None:
        """Hand on what was written; raises BrokenPipeError when nobody reads."""
        self._out.flush()

    def note(self, message: str) -> None:
        """Something the person should know."""
        self._err.write(f"sf: {message}\n")
        self._err.flush()

    def error(self, message: str, hint: str) -> None:
        """What went wrong and what to do, a line each."""
        self.note(" ".join(message.split()))
        if hint:
            self._err.write(f"  hint: {' '.join(hint.split())}\n")

    def strong(self, text: str, *, is_bad: bool = False) -> str:
        """``text`` in bold, red where it is bad news."""
        return f"\033[1;31m{text}\033[0m" if self._is_coloured and is_bad else self._bold(text)

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self._is_coloured else text


def standard() -> Console:
    """The console of this process; output is UTF-8 whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    return Console(sys.stdout, sys.stderr, os.environ)
