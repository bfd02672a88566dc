"""The ledger holds both ways: each requirement has a test, each test a requirement, each tool both."""

import ast
from pathlib import Path

import anyio
import pytest

from mcp_server.server import build_server
from tests.mcp.mcp_ledger import REQUIREMENTS, shows
from tests.mcp.recorded_world import RecordedWorld


def shown_by(test: ast.FunctionDef) -> set[str]:
    calls = [each for each in test.decorator_list if isinstance(each, ast.Call)]
    named = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "shows"]
    return {str(ast.literal_eval(argument)) for each in named for argument in each.args}


def ledger() -> dict[str, set[str]]:
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    trees = [
        ast.parse(file.read_text(encoding="utf-8")) for file in files if file.name != Path(__file__).name
    ]
    tests = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {test.name: shown_by(test) for test in tests if test.name.startswith("test_")}


def test_every_test_names_a_requirement() -> None:
    assert [name for name, shown in ledger().items() if not shown] == []


def test_every_requirement_has_a_test() -> None:
    assert set(REQUIREMENTS) - {each for shown in ledger().values() for each in shown} == set()


def test_every_tool_is_a_requirement_and_every_required_tool_is_served() -> None:
    served = {f"tool:{tool.name}" for tool in anyio.run(build_server(RecordedWorld).list_tools)}
    assert served == {each for each in REQUIREMENTS if each.startswith("tool:")}


def test_a_requirement_nobody_wrote_down_cannot_be_shown() -> None:
    with pytest.raises(ValueError, match="drop_tables"):
        shows("tool:drop_tables")
