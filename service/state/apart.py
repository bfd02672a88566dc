"""Rows of engine state that are not the leader's."""

from typing import Final

APART: Final = "watch/"
"""Their keys begin so; ``service.watch`` keeps them, under a lease of its own."""
