"""What the MCP server promises, tied to the tests that show it."""

from collections.abc import Callable
from typing import Any, TypeVar

REQUIREMENTS = {
    "tool:list_incidents": "lists incidents without their reports, filtered and bounded",
    "tool:get_incident": "gives one incident with its report",
    "tool:explain_incident": "gives the root-cause report",
    "tool:list_datasets": "lists data sets with status",
    "tool:dataset_health": "gives one data set's health",
    "tool:dataset_signals": "lists a data set's signals",
    "tool:blast_radius": "lists what stands downstream, bounded",
    "tool:upstream": "lists what stands upstream, bounded",
    "tool:recent_changes": "lists deployments at or upstream",
    "tool:search": "finds names by a part",
    "tool:get_evidence": "gives one evidence record",
    "tool:ask": "answers a question with citations",
    "read-only": "every tool says that it only reads",
    "schemas": "every tool has bounded input, an output schema, structured and text output",
    "unknown-id": "an unknown id is an error with a hint and the nearest names",
    "bad-input": "input out of bounds is an error that names the field",
    "bounded": "a cut list says total, returned, is_partial and next_cursor, and the cursor reads on",
    "untrusted": "descriptions are fixed and say that what is returned is untrusted data",
    "backend-down": "a store that is gone is an error with a hint, and nothing else of it leaks",
    "resources": "incidents and data sets can be read as resources",
    "prompt": "investigate_incident gives the steps, with an id that holds nothing but an id",
    "in-memory": "the official client calls every tool in memory, at both protocol eras",
    "stdio": "the official client calls every tool over stdio",
    "http": "the official client calls every tool over HTTP, without a session",
    "rebinding": "a foreign Host or Origin is refused over HTTP",
    "lifespan": "the HTTP application answers only inside its lifespan, which can be entered again",
}
_Test = TypeVar("_Test", bound=Callable[..., Any])


def shows(*requirements: str) -> Callable[[_Test], _Test]:
    """Say which requirements a test shows; ``test_mcp_ledger.py`` reads it from the source."""
    unknown = set(requirements) - set(REQUIREMENTS)
    if unknown or not requirements:
        raise ValueError(f"no such requirement: {sorted(unknown)}")
    return lambda test: test
