"""Bounded lists that say whether they are whole, and the cursors that read on."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence

from signal_factory.errors import InvalidIdentifier

from .readmodel import Document

Place = tuple[str, str]
"""Where an item stands in its list's order; unique within the list."""


def page(
    items: Sequence[Document],
    place: Callable[[Document], Place],
    cursor: str | None,
    limit: int,
    *,
    newest_first: bool,
) -> Document:
    """The items that follow ``cursor`` in a list ordered by ``place``.

    A cursor is the place of the last item seen, so what is added meanwhile neither
    repeats nor hides anything.

    Raises:
        InvalidIdentifier: ``cursor`` is not one that a list gave.
    """
    rest = list(items)
    if cursor is not None:
        last = read_cursor(cursor)
        rest = [each for each in items if (place(each) < last if newest_first else place(each) > last)]
    kept = rest[: max(limit, 0)]
    more = len(kept) < len(rest) and bool(kept)
    return {
        "items": kept, "total": len(items), "returned": len(kept), "is_partial": len(kept) < len(items),
        "next_cursor": write_cursor(place(kept[-1])) if more else None,
    }  # fmt: skip


def cut(items: Sequence[Document], limit: int, *, is_cut: bool = False) -> Document:
    """The first ``limit`` items of a list that cannot be read on."""
    kept = list(items[: max(limit, 0)])
    return {
        "items": kept, "total": len(items), "returned": len(kept),
        "is_partial": is_cut or len(kept) < len(items), "next_cursor": None,
    }  # fmt: skip


def write_cursor(place: Place) -> str:
    """An opaque cursor for ``place``."""
    return urlsafe_b64encode("\x1f".join(place).encode("utf-8", "surrogatepass")).decode("ascii").rstrip("=")


def read_cursor(cursor: str) -> Place:
    """The place that a cursor stands for.

    Raises:
        InvalidIdentifier: ``cursor`` is not one that a list gave.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        first, separator, second = (
            urlsafe_b64decode(padded).decode("utf-8", "surrogatepass").partition("\x1f")
        )
    except (NotBase64, UnicodeError):
        first, separator, second = "", "", ""
    if not separator:
        raise InvalidIdentifier(
            "the cursor is not one that a list gave", hint="Pass next_cursor as it was answered."
        )
    return first, second
