"""The official MCP client."""

from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def listed(client: Client) -> Any:
    async with client:
        tools = await client.list_tools()
        assert "list_incidents" in {tool.name for tool in tools.tools}
        answer = await client.call_tool("list_incidents", {})
        assert not answer.is_error
        return answer.structured_content


def over_http(url: str, key: str) -> Any:
    async def run() -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(headers=headers) as http:
            return await listed(Client(streamable_http_client(f"{url}/mcp", http_client=http)))

    return anyio.run(run)
