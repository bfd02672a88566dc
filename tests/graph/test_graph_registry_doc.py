"""docs/graph.md shows the registry as it is."""

from pathlib import Path

import pytest

from graph.schema import EDGE_KINDS, LABELS
from graph.schema_doc import BEGIN, END, PAGE, main, renewed


def test_the_page_is_up_to_date_and_names_every_label_and_kind() -> None:
    assert main(["--check"]) == 0
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in (*LABELS, *EDGE_KINDS))


def test_a_stale_page_fails_the_check_and_is_mended_by_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    assert main(["--check", str(page)]) == 1
    assert "out of date" in capsys.readouterr().err
    assert (main([str(page)]), main(["--check", str(page)])) == (0, 0)
    mended = page.read_text(encoding="utf-8")
    assert mended.startswith("before\n")
    assert mended.endswith("\nafter\n")


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="registry: begin"):
        renewed("nothing here")
