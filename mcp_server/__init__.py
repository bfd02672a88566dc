"""The MCP face: ``server.build_server`` over stdio or HTTP (``transports``). See ``docs/mcp.md``."""
