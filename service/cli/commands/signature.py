"""``sf signature``: which bucket an error falls into."""

import json
from argparse import Namespace
from typing import Any, cast

from graph.signatures import signature_of

from ..common import wants_json
from ..console import OK, UNAVAILABLE, Console
from ..files import read_bytes


def run(arguments: Namespace, console: Console) -> int:
    """Plain text in, one signature out; as JSON, a line in and a line out each."""
    text = read_bytes(arguments.file).decode("utf-8", "replace")
    if not wants_json(arguments):
        console.text(signature_of(text))
        return OK
    code = OK
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip() and not _answer(line, number, console):
            code = UNAVAILABLE
    return code


def _answer(line: str, number: int, console: Console) -> bool:
    item = _fields(line)
    text = item.get("text", item)
    if not isinstance(text, str | None):
        console.error(f"line {number} cannot be read", 'Write lines like {"id": 1, "text": "…"}.')
        return False
    console.json_line({"id": item.get("id"), "signature": signature_of(text or "")})
    return True


def _fields(line: str) -> dict[str, Any]:
    try:
        item: Any = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", item) if isinstance(item, dict) else {}
