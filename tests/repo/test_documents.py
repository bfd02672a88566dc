"""What the documents show is what the program prints, and what they link to is there."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli import main

ROOT = Path(__file__).resolve().parents[2]
BROKEN = "fixtures/001-contract-break/events.ndjson"
ANEW = "bring README.md up to date, and its picture with `python tests/ui/picture.py`"


def _documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split()]


def _without_code(document: Path) -> str:
    return re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def _links(document: Path) -> Iterator[tuple[Path, str]]:
    for address in re.findall(r"\]\(([^)\s]+)\)", _without_code(document)):
        if "://" not in address:
            file, _, anchor = address.partition("#")
            yield ((document.parent / file) if file else document), anchor


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _without_code(document), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _shown(first_line: str) -> list[str]:
    """The lines of the README's code block that has ``first_line`` in it, from there on."""
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    lines = next(block for block in blocks if first_line in block).splitlines()
    return [line for line in lines[lines.index(first_line) :] if line]


def _missing(shown: list[str], printed: str) -> list[str]:
    """The lines that are not among what was printed, in this order."""
    rest = iter(printed.splitlines())
    return [line for line in shown if line not in rest]


@pytest.fixture
def _at_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SF_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SF_PORT", "1")


def test_each_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {target.name}#{anchor}"
        for document in _documents()
        for target, anchor in _links(document)
        if not target.exists() or (anchor and anchor not in _anchors(target))
    ]
    assert broken == []


@pytest.mark.usefixtures("_at_the_root")
def test_the_report_in_the_readme_is_what_a_replay_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", BROKEN]) == 1
    assert _missing(_shown("RCA COPILOT ANALYSIS"), capsys.readouterr().out) == [], ANEW


@pytest.mark.usefixtures("_at_the_root")
def test_the_answer_in_the_readme_is_what_asking_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "why is orders created failing?"
    main(["replay", BROKEN, "--data-dir", str(tmp_path)])
    capsys.readouterr()
    assert main(["ask", question]) == 0
    shown = _shown(f'$ sf ask "{question}"')[1:]
    assert shown != []
    assert _missing(shown, capsys.readouterr().out) == [], ANEW
