"""The embedded graph at size: `python tests/bench/bench_graph.py --elements 300000`.

Prints how fast a year is written against plain batched inserts, and how long a bounded
five-hop explanation and a blast radius of 10,000 nodes take against hand-written SQL on
the same file. Numbers of one run on one machine; docs/graph.md keeps the measured ones.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "sdk")]
    from graph_bench import main

    main()
