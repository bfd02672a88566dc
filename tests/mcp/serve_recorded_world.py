"""Serves the recorded world over standard input and output, for the stdio test."""

from mcp_server.transports import run_stdio
from tests.mcp.recorded_world import RecordedWorld

if __name__ == "__main__":
    run_stdio(RecordedWorld, version="0.0.0-test")
