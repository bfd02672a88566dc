"""Randomness by name: the same question has the same answer, whatever else was asked before.

That is what makes two simulations of one fleet, with and without a fault, differ in
nothing but the fault.
"""

import random
from collections.abc import Sequence
from math import exp
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws that depend on the seed and on the keys given, and on nothing else."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn: dict[tuple[object, ...], float] = {}

    def of(self, *keys: object) -> random.Random:
        """A generator of its own for ``keys``."""
        return random.Random("/".join([self._seed, *map(str, keys)]))  # noqa: S311 - a simulation

    def uniform(self, low: float, high: float, *keys: object) -> float:
        """Between ``low`` and ``high``."""
        known = ("uniform", low, high, *keys)
        if known not in self._drawn:
            self._drawn[known] = self.of(*keys).uniform(low, high)
        return self._drawn[known]

    def spread(self, sigma: float, *keys: object) -> float:
        """A factor around 1 whose logarithm has the deviation ``sigma``, cut at three of them."""
        known = ("spread", sigma, *keys)
        if known not in self._drawn:
            draw = self.of(*keys).gauss(0.0, 1.0)
            self._drawn[known] = exp(sigma * max(-3.0, min(3.0, draw)))
        return self._drawn[known]

    def yes(self, share: float, *keys: object) -> bool:
        """True in ``share`` (0..1) of all keys."""
        return self.of(*keys).random() < share

    def pick(self, items: Sequence[T], *keys: object) -> T:
        """One of ``items``."""
        return self.of(*keys).choice(items)

    def hexadecimal(self, digits: int, *keys: object) -> str:
        """So many hex digits."""
        return f"{self.of(*keys).getrandbits(4 * digits):0{digits}x}"
