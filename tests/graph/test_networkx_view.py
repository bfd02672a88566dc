"""The form in which ranking gets a neighbourhood."""

import os
import subprocess
import sys
from pathlib import Path

from graph.model import Edge, ExpandSpec, Hop, NodeRef
from graph.networkx_view import to_networkx
from graph.stores.sqlite import SqliteGraphStore

ROOT = Path(__file__).parents[2]


def test_the_view_holds_what_the_subgraph_holds_in_its_order() -> None:
    a, b, run = NodeRef("Dataset", "a"), NodeRef("Dataset", "b"), NodeRef("JobRun", "r")
    store = SqliteGraphStore()
    store.upsert([], [Edge("FEEDS", a, b), Edge("READ_FROM", run, a), Edge("WROTE_TO", run, a)])
    hops = (Hop("FEEDS", "in"), Hop("READ_FROM", "in"), Hop("WROTE_TO", "in"))
    view = to_networkx(store.expand([b], ExpandSpec(hops)))
    store.close()
    assert list(view.nodes(data="depth")) == [(b, 0), (a, 1), (run, 2)]
    assert sorted(view[run][a]) == ["READ_FROM", "WROTE_TO"]
    assert view.edges[a, b, "FEEDS"]["edge"] == Edge("FEEDS", a, b)
    assert view.graph["is_partial"] is False


def test_the_embedded_store_never_imports_networkx() -> None:
    probe = "import graph.stores.sqlite, graph.buffer, graph.hash, sys; print('networkx' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))}
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "False"
