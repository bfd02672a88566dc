"""The page in a real Chromium: what a person sees, clicks and can reach by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from chromium import browsing, page_for
from contractapi import HOSTILE, INCIDENT, answers_for, incident, serving
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
KEY = "sf_key_of_this_test"
TITLE = "Contract broken: MISSING_FIELD:customer_id"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over two incidents, the second with hostile names."""
    answers = answers_for(incident(), incident(HOSTILE, incident_id="inc-hostile"))
    log = tmp_path_factory.mktemp("page") / "page.log"
    with serving(answers, key=KEY) as api, page_for(api.url, KEY, log) as url:
        yield url
    assert KEY not in log.read_text()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def test_hostile_names_are_read_as_they_are_and_do_nothing(page: Page, address: str) -> None:
    page.goto(address)
    button = page.get_by_role("button", name="x<script>").first
    expect(button).to_be_visible(timeout=30_000)
    assert f"{TITLE} {HOSTILE}"[:150] in button.inner_text().replace("\u200b", "")
    assert (
        button.locator("a, em, strong, code, img, .katex, [style*='color'], [data-testid*='Icon']").count()
        == 0
    )
    button.click()
    expect(page.locator(".stGraphVizChart svg .cause")).to_be_visible(timeout=30_000)
    assert HOSTILE in page.locator("h1").inner_text()
    assert "window.pwned=1&lt;/script&gt;" in page.locator(".stGraphVizChart svg").inner_html()
    main = page.locator(".stMain")
    for made in ("script", "img[src=x]", "a[href]", ".katex"):
        assert main.locator(made).count() == 0, made
    assert page.evaluate("window.pwned") is None


def test_an_incident_is_opened_by_keyboard_and_the_address_leads_back_to_it(page: Page, address: str) -> None:
    page.goto(address)
    # The cards get their words one by one, in no order.
    button = page.get_by_role("button", name="Contract broken").filter(has_not_text="script")
    expect(button).to_be_visible(timeout=30_000)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible(timeout=30_000)
    assert page.url.endswith(f"?incident={INCIDENT}")
    page.reload()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible(timeout=30_000)
    page.go_back()
    expect(page.get_by_text("2 incidents")).to_be_visible(timeout=30_000)


def test_nothing_is_fetched_from_anywhere_else(page: Page, address: str) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(f"{address}/?incident={INCIDENT}")
    expect(page.locator(".stGraphVizChart svg .cause")).to_be_visible(timeout=30_000)
    assert asked == {urlsplit(address).netloc}


def test_a_phone_shows_the_whole_width_without_scrolling_sideways(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{address}/?incident=inc-hostile")
    expect(page.locator(".stGraphVizChart svg .cause")).to_be_visible(timeout=30_000)
    wide = page.evaluate(
        "[...document.querySelectorAll('.stMain, .stMain *')].filter(e => {"
        "const box = e.getBoundingClientRect(); return box.width > 0 && box.right > 401 &&"
        " !e.closest('pre, [data-testid=stJson]') }).map(e => e.className)"
    )
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_background(
    browser: Browser, address: str, scheme: Literal["light", "dark"]
) -> None:
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{address}/?incident={INCIDENT}")
        expect(page.locator(".sf-badge").first).to_be_visible(timeout=30_000)
        faint = page.evaluate(Path(__file__).with_name("contrast.js").read_text())
    assert faint == []
