"""How many events are folded in between two savings: fewer where something raises, until it stands alone."""


class Stride:
    """Finds the one event that raises in few tries, then goes back to many at once."""

    def __init__(self, most: int) -> None:
        self._most = self._usual = most
        self._planned: list[int] = []

    @property
    def size(self) -> int:
        """The most that may be taken now, at least 1."""
        return self._planned[0] if self._planned else self._usual

    def failed(self, count: int, at: int | None) -> None:
        """Of ``count`` events the one ``at`` that place raised; None where nobody can tell which.

        Those before it are taken first, and then it alone: what they left may have made it raise.
        """
        first, then = (count // 2, count - count // 2) if at is None else (at, 1)
        self._planned = [each for each in (first, then) if each]

    def done(self) -> None:
        """So many are saved, or set aside."""
        self._usual = min(self._most, 2 * self.size)
        self._planned = self._planned[1:]
