"""Take the picture of the page that the README shows: ``python tests/ui/picture.py`` from the root."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "sdk"), str(ROOT)]


def main() -> None:
    """Serve the recording, open its incident and write ``docs/images/incident.png``."""
    from chromium import browsing
    from recordedserver import served

    with tempfile.TemporaryDirectory() as home, served(Path(home)) as world, browsing() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(world.address)
        page.locator("div[class*='st-key-open-'] button").first.click()
        page.locator(".stGraphVizChart svg .cause").wait_for()
        page.screenshot(path=ROOT / "docs" / "images" / "incident.png", animations="disabled")


if __name__ == "__main__":
    main()
