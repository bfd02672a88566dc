"""Text of documents stays text, whatever stands in it."""

from html.parser import HTMLParser

import pytest
from contractapi import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from ui.markup import Html, advice, badge, bar, clean, code, items, joined, label, table, tag

ANY_TEXT = st.text(max_size=60) | st.sampled_from(
    [HOSTILE, "<b>", "</td>", "&lt;", '" onclick="x', "'", "\u202e", "\x00", "\\"]
)
MARKDOWN = "\\`*_{}[]()#+-.!$:<>~|&\"'@/=^"


class Reader(HTMLParser):
    """The elements and the text that a browser would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@given(ANY_TEXT)
def test_text_in_an_element_is_shown_and_makes_no_element(text: str) -> None:
    seen = read(tag("p", text))
    assert seen.elements == ["p"]
    assert clean(seen.text) == clean(text)


@given(ANY_TEXT)
def test_text_in_an_attribute_stays_in_it(text: str) -> None:
    seen = read(tag("span", title=text, class_="a"))
    assert seen.attributes == [{"title": clean(text), "class": "a"}]


@given(ANY_TEXT, ANY_TEXT)
def test_every_helper_shows_hostile_text_without_new_elements(one: str, two: str) -> None:
    parts = [badge(one), code(two), items([one, two]), bar(0.5, one), advice("plain")]
    made = joined([*parts, table(("A", "B"), [(one, two)], two)])
    allowed = {"span", "code", "ul", "li", "p", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert set(read(made).elements) <= allowed


def test_only_finished_markup_passes_unescaped() -> None:
    assert tag("p", Html("<b>x</b>"), "<b>") == "<p><b>x</b>&lt;b&gt;</p>"


def test_marks_that_turn_the_direction_of_text_are_taken_out() -> None:
    assert clean("a\u202eb\x00c\n d ") == "a b c  d"


def test_backticks_in_advice_become_code() -> None:
    assert read(advice("run `sf serve` <now>")).elements == ["p", "code"]


@given(ANY_TEXT)
def test_a_label_reads_the_same_once_its_guards_are_gone(text: str) -> None:
    shown = label(text, limit=1_000).replace("\u200b", "")
    unescaped = "".join(
        "" if mark == "\\" and not _escaped(shown, at) else mark for at, mark in enumerate(shown)
    )
    assert unescaped == clean(text).replace("\u200b", "")


@pytest.mark.parametrize("mark", MARKDOWN)
def test_each_character_of_markdown_is_escaped_in_a_label(mark: str) -> None:
    assert label(f"a{mark}b").startswith(f"a\\{mark}")


@pytest.mark.parametrize("word", [":smile:", "->", "http://x", "www.x", "a@b", "--", "<-"])
def test_words_that_streamlit_replaces_after_parsing_are_broken_up(word: str) -> None:
    assert word not in label(word).replace("\\", "")


def test_a_long_label_is_cut() -> None:
    assert label("a" * 500, limit=10) == "a" * 9 + "…"


def test_a_bar_never_leaves_its_frame() -> None:
    assert "width:100%" in bar(7.0, "x")
    assert "width:0%" in bar(-1.0, "x")


def _escaped(text: str, at: int) -> bool:
    before = len(text[:at]) - len(text[:at].rstrip("\\"))
    return before % 2 == 1
