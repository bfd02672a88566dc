"""The comparison of stores runs from start to end on the embedded one."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("bench_stores.py")


def test_the_comparison_of_stores_prints_each_question() -> None:
    command = [sys.executable, str(BENCH), "--elements", "12100", "--questions", "3", "sqlite"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=50)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("sqlite: ")
    assert [line.split(" p50")[0].strip() for line in lines[1:]] == [
        "one hop around a table",
        "latest 200 runs of a job",
        "five-hop explanation, 180 days",
        "blast radius of 10,000 nodes",
    ]
    assert done.stderr == ""
