"""A process that writes DAG runs of five tasks until it is killed, and says what is committed."""

import sys
from itertools import count

from graph.model import Edge, Node, NodeRef
from graph.stores.sqlite import SqliteGraphStore

TASKS = 5


def main(path: str) -> None:
    store = SqliteGraphStore(path)
    for number in count():
        at = f"2026-01-01T00:00:00.{number % 1000:03d}Z"
        dag_run = NodeRef("DAGRun", f"dag-{number}")
        runs = [NodeRef("JobRun", f"run-{number}-{task}") for task in range(TASKS)]
        written = [
            Edge("WROTE_TO", run, NodeRef("Dataset", "ds://z/hub"), {"rows": number}, at) for run in runs
        ]
        executed = [Edge("EXECUTED", dag_run, run, {}, at) for run in runs]
        store.upsert([Node(run, {"status": "COMPLETE"}, at) for run in runs], executed + written)
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
