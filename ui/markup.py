"""Text of documents turned into something a browser shows but never obeys.

Names and messages come from telemetry. Two ways lead onto the page: :func:`tag`,
which escapes every child that is not :class:`Html` already, and :func:`label`,
for the labels of buttons, which Streamlit reads as markdown.
"""

import re
from collections.abc import Iterable
from html import escape

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_READ_AFTER_PARSING = re.compile(r"([:<>=@./-])")
_BREAK = "\u200b"


class Html(str):
    """Markup that is safe to show: made by the functions of this module only."""

    __slots__ = ()


def clean(text: str) -> str:
    """``text`` on one line, without control characters or marks that turn its direction."""
    return _CONTROL.sub(" ", text).strip()


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; text children and attribute values are escaped. ``class_`` gives ``class``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(clean(value))}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{written}>{''.join(map(_safe, children))}</{name}>")


def joined(parts: Iterable[str]) -> Html:
    """The parts one after the other, text escaped."""
    return Html("".join(map(_safe, parts)))


def table(headings: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> Html:
    """A table; a narrow screen shows each row as a block with the headings beside the cells."""
    names = list(headings)
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    body = [tag("tr", *map(_cell, names, row)) for row in rows]
    inner = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", inner, class_="sf-scroll", tabindex="0", role="region", aria_label=caption)


def items(entries: Iterable[str], *, ordered: bool = False) -> Html:
    """A list of texts."""
    return tag("ol" if ordered else "ul", *(tag("li", entry) for entry in entries))


def code(text: str) -> Html:
    """A name in monospace that may break anywhere."""
    return tag("code", clean(text), class_="sf-name")


def badge(text: str, tone: str = "plain") -> Html:
    """A short word in a frame; its colour only repeats what the word says."""
    return tag("span", text, class_=f"sf-badge sf-{tone}")


def bar(share: float, description: str) -> Html:
    """A bar filled to ``share`` (0..1), read out as ``description``."""
    width = f"{100 * min(max(share, 0.0), 1.0):.0f}%"
    fill = tag("span", class_="sf-fill", style=f"width:{width}")
    return tag("span", fill, class_="sf-bar", role="img", aria_label=description)


def advice(text: str) -> Html:
    """A paragraph in which what stands between backticks is set as code."""
    return tag("p", *(code(part) if turn % 2 else part for turn, part in enumerate(text.split("`"))))


def label(text: str, limit: int = 160) -> str:
    """``text`` for a place that reads markdown, so that it shows as it is.

    Backslashes stop the markdown parser. Emoji, icons, arrows and bare links are
    found in the parsed text afterwards: a zero-width space after the character
    they begin with stops those, and lets long names wrap.
    """
    cut = clean(text)
    cut = cut if len(cut) <= limit else cut[: limit - 1] + "…"
    return _READ_AFTER_PARSING.sub(rf"\1{_BREAK}", _PUNCTUATION.sub(r"\\\1", cut))


def _cell(name: str, content: str) -> Html:
    return tag("td", *([tag("div", content)] if content else []), data_label=name)


def _safe(child: str) -> str:
    return child if isinstance(child, Html) else escape(_CONTROL.sub(" ", child))
