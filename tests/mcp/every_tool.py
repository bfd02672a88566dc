"""One call of every tool and what its text and structure must hold."""

from collections.abc import Callable
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent

from tests.mcp.recorded_world import (
    BROKEN_FIELD,
    DEPLOYMENT,
    EVIDENCE,
    GOLD,
    SIGNATURE,
    SILVER,
    STREAM,
    Document,
)

Check = Callable[[Any], bool]
CALLS: list[tuple[str, Document, str, Check]] = [
    (
        "list_incidents",
        {"status": "OPEN"},
        BROKEN_FIELD,
        lambda got: got["total"] == 2 and "rca" not in got["items"][0],
    ),
    (
        "get_incident",
        {"incident_id": BROKEN_FIELD},
        "SEV-1",
        lambda got: got["rca"]["verdict"] == "ROOT_CAUSE_FOUND",
    ),
    (
        "explain_incident",
        {"incident_id": BROKEN_FIELD},
        DEPLOYMENT,
        lambda got: got["confidence"]["score"] == 0.94,
    ),
    ("list_datasets", {}, GOLD, lambda got: got["total"] == 7),
    ("dataset_health", {"urn": STREAM}, "is CRITICAL", lambda got: got["owner"] == "orders-team"),
    ("dataset_signals", {"urn": STREAM}, "CONTRACT", lambda got: got["items"][0]["state"] == "CRITICAL"),
    (
        "blast_radius",
        {"urn": STREAM},
        "BLOCKED",
        lambda got: [each["hops"] for each in got["items"]] == [1, 2, 2, 3],
    ),
    ("upstream", {"urn": GOLD}, SILVER, lambda got: got["items"][1]["urn"] == STREAM),
    ("recent_changes", {"urn": GOLD}, DEPLOYMENT, lambda got: got["items"][0]["previous_version"] == "v3.16"),
    ("search", {"text": "orders-svc"}, DEPLOYMENT, lambda got: got["items"][0]["type"] == "Deployment"),
    ("get_evidence", {"evidence_id": EVIDENCE}, SIGNATURE, lambda got: got["validation"]["result"] == "FAIL"),
    (
        "ask",
        {"question": "why is orders_gold_daily stale?"},
        DEPLOYMENT,
        lambda got: EVIDENCE in got["citations"],
    ),
]


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


async def call_every_tool(client: Client) -> set[str]:
    """List the tools, make each call of the table, and check each answer; the names listed."""
    names = {tool.name for tool in (await client.list_tools()).tools}
    for name, arguments, says, holds in CALLS:
        result = await client.call_tool(name, arguments)
        assert not result.is_error, (name, text_of(result))
        assert says in text_of(result), (name, text_of(result))
        assert holds(result.structured_content), (name, result.structured_content)
    return names
