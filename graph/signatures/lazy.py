"""Regular expressions compiled on first use: importing some hundred of them stays cheap."""

import re
from collections.abc import Callable, Iterator


class Lazy:
    """Stands in for ``re.compile(source, flags)``."""

    __slots__ = ("_compiled", "flags", "source")

    def __init__(self, source: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.source = source
        self.flags = flags
        self._compiled: re.Pattern[str] | None = None

    def _pattern(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self.source, self.flags)
        return self._compiled

    def search(self, text: str) -> re.Match[str] | None:
        """As ``re.Pattern.search``."""
        return self._pattern().search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """As ``re.Pattern.match``."""
        return self._pattern().match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As ``re.Pattern.fullmatch``."""
        return self._pattern().fullmatch(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        """As ``re.Pattern.sub``."""
        return self._pattern().sub(replacement, text, count=count)

    def findall(self, text: str) -> list[str]:
        """As ``re.Pattern.findall`` of a pattern with at most one group."""
        return self._pattern().findall(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As ``re.Pattern.finditer``."""
        return self._pattern().finditer(text)

    def split(self, text: str) -> list[str]:
        """As ``re.Pattern.split``; a group that took no part is ""."""
        return [piece or "" for piece in self._pattern().split(text)]
