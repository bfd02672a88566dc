"""An object of the API as a list of names and values."""

from typing import cast

from ..documents import Document
from ..markup import Html, code, items, joined, tag
from ..wording import clock, moment

_MOST = 8


def facts(holder: Document) -> Html:
    """Every field that says something, in the order the server gave."""
    pairs = [(name, value) for name, value in holder.items() if value not in (None, "", [], {})]
    return tag(
        "dl",
        *(joined([tag("dt", _words(name)), tag("dd", _value(value))]) for name, value in pairs),
        class_="sf-facts",
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _value(value: object) -> str:
    if isinstance(value, dict):
        held = cast("Document", value)
        return ", ".join(f"{_words(name)}: {_plain(entry)}" for name, entry in list(held.items())[:_MOST])
    if isinstance(value, list):
        held_list = cast("list[object]", value)
        shown = [_value(entry) for entry in held_list[:_MOST]]
        if len(shown) == 1:
            return shown[0]
        more = [f"and {len(held_list) - _MOST} more"] if len(held_list) > _MOST else []
        return items([*shown, *more])
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return clock(value) if "T" in value and moment(value) else _named(value)
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _named(value: str) -> str:
    return code(value) if ":" in value or "_" in value or "-" in value else value
