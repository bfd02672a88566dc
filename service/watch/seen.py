"""The last events by what tells them from others, so that one that comes twice is heard once."""

from collections import OrderedDict
from collections.abc import Iterable

MOST = 100_000


class Seen:
    """So many of the last events, as the log would know them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def fill(self, newest_first: Iterable[bytes]) -> None:
        """Take in what was heard before this process began."""
        self._known = OrderedDict.fromkeys(reversed(list(newest_first)))

    def is_new(self, identity: bytes) -> bool:
        """Whether it was not among the last ones; from now on it is."""
        if identity in self._known:
            return False
        self._known[identity] = None
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return True
