"""From recorded events to a cause on the page: `sf serve`, the page's process and a real Chromium."""

from collections.abc import Iterator

import pytest
from chromium import browsing
from playwright.sync_api import Browser, Page, expect
from recordedserver import KEY, World, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("real")
    with served(home) as made:
        yield made
    assert KEY not in (home / "page.log").read_text()


@pytest.fixture
def page(browser: Browser, world: World) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        opened.goto(world.address)
        yield opened


def test_a_click_on_the_incident_shows_its_cause_and_the_drawn_graph(page: Page, world: World) -> None:
    expect(page.get_by_text("1 incident", exact=True)).to_be_visible(timeout=30_000)
    page.locator("div[class*='st-key-open-'] button").click()
    card = page.locator(".sf-card", has_text="Root cause")
    expect(card).to_contain_text(world.cause, timeout=30_000)
    expect(card).to_contain_text("HIGH")
    drawn = page.locator(".stGraphVizChart svg")
    expect(drawn.locator(".cause")).to_contain_text(world.cause, timeout=30_000)
    expect(drawn).to_contain_text(world.signature)
    for urn in world.hit:
        expect(page.get_by_role("table").filter(has_text=urn).first).to_be_visible()
    assert "?incident=inc-" in page.url


def test_feedback_and_a_question_reach_the_server(page: Page, world: World) -> None:
    page.locator("div[class*='st-key-open-'] button").click(timeout=30_000)
    page.get_by_label("Your question").fill("why did this break?")
    page.keyboard.press("Enter")
    expect(page.locator(".sf-card.sf-info")).to_contain_text(world.cause, timeout=30_000)
    _settled(page)
    page.get_by_text("Feedback", exact=True).click()
    page.get_by_text("It was right").click()
    expect(page.get_by_role("radio", name="It was right")).to_be_checked()
    _settled(page)
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_text("Recorded.")).to_be_visible(timeout=30_000)


def test_the_health_of_the_failing_data_set_is_shown(page: Page) -> None:
    page.get_by_text("Data sets", exact=True).click(timeout=30_000)
    row = page.get_by_role("row").filter(has_text="urn:dp:orders:created").first
    expect(row).to_contain_text("CRITICAL", timeout=30_000)


def _settled(page: Page) -> None:
    """Wait until the page is not being drawn anew: what is clicked meanwhile may be lost."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(timeout=30_000)
