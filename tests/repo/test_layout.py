"""Guards of the layout that no linter holds (docs/decisions and CONTRIBUTING.md say why)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.fetch import FROM_MAVEN

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ("graph", "ingest", "engines", "copilot", "mcp_server", "ui", "bootstrap", "service")
ROOT_NAMES = {*ENGINE, "signal_factory", "sdk", "fixtures", "tests"}
PACKAGES = [*(ROOT / name for name in ENGINE), ROOT / "sdk" / "signal_factory"]
LOGGING_SETUP = ROOT / "service" / "logs.py"
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
JAR_LOCKS = [
    ROOT / "locks" / f"{name}.txt"
    for name in ("clients-spark-jars", *(f"servers-{name}" for name in FROM_MAVEN))
]
PIP_LOCKS = [path for path in LOCKS if path not in JAR_LOCKS]


def _modules() -> Iterator[tuple[Path, Path]]:
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            yield package, path


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listing.decode().split("\0") if name]


def test_no_module_inside_a_root_package_is_named_like_a_root_package() -> None:
    clashing = [
        str(path.relative_to(ROOT))
        for package, path in _modules()
        for part in path.relative_to(package).with_suffix("").parts
        if part in ROOT_NAMES
    ]
    assert clashing == []


def test_fixtures_and_tests_are_not_packages() -> None:
    assert not (ROOT / "fixtures" / "__init__.py").exists()
    assert sorted(str(path) for path in (ROOT / "tests").rglob("__init__.py")) == []


def test_every_folder_with_modules_inside_a_root_package_is_a_package() -> None:
    folders = {path.parent for _, path in _modules()}
    assert sorted(str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()) == []


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def _logger_names(path: Path) -> Iterator[object]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "getLogger":
            argument = node.args[0] if node.args else None
            yield argument.value if isinstance(argument, ast.Constant) else None


def test_loggers_are_named_after_their_package() -> None:
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for package, path in _modules()
        if path != LOGGING_SETUP
        for name in _logger_names(path)
        if not re.fullmatch(rf"signal_factory(\.{package.name}(\.\w+)*)?", str(name))
    ]
    assert wrong == []


def _reads_environment(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return any(
        isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(statement)
    )


def test_importing_a_module_reads_no_environment() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for _, path in _modules()
        if any(_reads_environment(statement) for statement in ast.parse(path.read_text("utf-8")).body)
    ]
    assert wrong == []


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for _, path in _modules()
    }
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_no_tracked_file_names_a_place_on_the_machine_it_was_written_on() -> None:
    # Written in parts, so that this file does not hold what it looks for.
    place = re.compile(
        rb"(?<![\w.-])/(?:" + b"work" + rb"/(?:main|shared)|" + b"root" + rb"/|tmp/bash_" + b"jobs)"
    )
    guilty = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.is_file() and place.search(path.read_bytes())
    ]
    assert guilty == []


@pytest.mark.parametrize("lock", PIP_LOCKS, ids=lambda path: path.stem)
def test_a_lock_pins_versions_with_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", text).strip())
    assert [e.splitlines()[0] for e in entries if "==" not in e or "--hash=sha256:" not in e] == []


def test_every_declared_requirement_is_in_its_lock() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = declared["project"]["optional-dependencies"]
    groups = [r for group in ("build", "test", "check") for r in declared["dependency-groups"][group]]
    wanted = {
        "runtime": declared["project"]["dependencies"],
        "dev": [*groups, *extras["scale"]],
        "all": _optional(extras),
    }
    missing = {
        name: [
            r
            for r in requirements
            if not re.search(rf"(?m)^{_name(r)}==", (ROOT / f"locks/{name}.txt").read_text())
        ]
        for name, requirements in wanted.items()
    }
    assert missing == {"runtime": [], "dev": [], "all": []}


def _optional(extras: dict[str, list[str]]) -> list[str]:
    """What the extra `all` asks for, the extra `scale` spelt out."""
    return [r for r in [*extras["scale"], *extras["all"]] if not r.startswith("signal-factory-engine[")]


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ]", requirement)[0] + r"(?:\[\w+\])?"


def _imported() -> dict[str, str]:
    """Top-level names that the packages import, each with one file that does."""
    names: dict[str, str] = {}
    for _, path in _modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                found = [node.module or ""]
            names |= {name.partition(".")[0]: str(path.relative_to(ROOT)) for name in found}
    return names


def test_what_the_packages_import_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = declared["dependencies"] + _optional(declared["optional-dependencies"])
    # Parts of a declared distribution that it ships under another name.
    known = {re.split(r"[\[<>=!~ ]", r)[0].replace("-", "_") for r in requirements}
    known |= {"pydantic_core", "mcp_types", "gremlin_python", *ROOT_NAMES, *sys.stdlib_module_names}
    assert {name: path for name, path in _imported().items() if name not in known} == {}


def test_what_is_required_at_run_time_is_imported() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[\[<>=!~ ]", r)[0].replace("-", "_") for r in required}
    # The time zones that zoneinfo reads where the system has none.
    assert names - {"tzdata"} - set(_imported()) == set()


@pytest.mark.parametrize("lock", JAR_LOCKS, ids=lambda path: path.stem)
def test_jars_are_pinned_with_their_hashes(lock: Path) -> None:
    lines = lock.read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+(:[\w.-]+){2,3} [0-9a-f]{64}", line)] == []


def test_the_wire_models_import_nothing_heavy() -> None:
    heavy = ("networkx", "streamlit", "fastapi", "sqlalchemy", "graph", "service", "pandas")
    script = f"import sys, signal_factory; print([m for m in {heavy!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT / "sdk", capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
