"""The graph benchmark runs from start to end on a small year."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("bench_graph.py")


def test_the_graph_benchmark_prints_every_comparison() -> None:
    command = [
        sys.executable,
        str(BENCH),
        "--elements",
        "14000",
        "--raw-elements",
        "12100",
        "--questions",
        "3",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=50)
    for line in ("five hops, 2 days", "five hops, 14 days", "blast radius"):
        assert f"{line}: store / hand-written = " in done.stdout
    assert "(10421 nodes, 10420 edges)" in done.stdout
    assert done.stderr == ""
