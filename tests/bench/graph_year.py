"""A year of pipeline runs at the spec's arithmetic (architecture_review.md §1.3), scaled to a size.

Each DAG run has five tasks; each task reads two data sets and writes one. That is 6
nodes and 26 edges a DAG run, hence half a million nodes and 2.5 million edges at 3
million elements. Beside the 2,000 tables stands one tree of 10,500 downstream assets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from graph.model import Edge, Node, NodeRef
from signal_factory.times import format_time

TABLES, DAGS, TASKS = 2_000, 100, 5
ELEMENTS_PER_DAG_RUN = 32
START = datetime(2025, 1, 1, tzinfo=UTC)
TREE_ROOT = NodeRef("Dataset", "ds://tree/root")
TREE_FANOUT = (20, 20, 25)


@dataclass(frozen=True, slots=True)
class Batch:
    """Mutations that arrive together."""

    nodes: list[Node]
    edges: list[Edge]


def table(number: int) -> NodeRef:
    """One of the 2,000 tables; tables of one DAG are fed by those of the DAG before it."""
    return NodeRef("Dataset", f"ds://zone{number % 4}/table_{number % TABLES:05d}")


def job(dag: int, task: int) -> NodeRef:
    """One of a DAG's five jobs."""
    return NodeRef("Job", f"job://airflow/dag_{dag:03d}.task_{task}")


def year(elements: int) -> Iterator[Batch]:
    """The whole history in order of time, a DAG run at a time."""
    yield from _tree()
    runs = max(1, (elements - 12_000) // ELEMENTS_PER_DAG_RUN)
    step = timedelta(days=365) / runs
    for number in range(runs):
        yield dag_run(number, START + step * number)


def _tree() -> Iterator[Batch]:
    yield Batch([Node(TREE_ROOT)], [])
    level = [TREE_ROOT]
    for fanout in TREE_FANOUT:
        below = list[NodeRef]()
        for parent in level:
            nodes, edges = list[Node](), list[Edge]()
            for child in range(fanout):
                ref = NodeRef("Dataset", f"{parent.key}.{child:02d}")
                nodes.append(Node(ref, {"name": ref.key, "tier": 3, "type": "dashboard"}, format_time(START)))
                edges.append(Edge("FEEDS", parent, ref, {"count": 1}, format_time(START)))
                below.append(ref)
            yield Batch(nodes, edges)
        level = below


def dag_run(number: int, moment: datetime) -> Batch:
    """One run of a DAG with its five tasks."""
    dag, at = number % DAGS, format_time(moment)
    run = NodeRef("DAGRun", f"scheduled__{dag:03d}__{at}")
    batch = Batch(
        [Node(run, {"dag_id": f"dag_{dag:03d}", "execution_date": at, "status": "SUCCESS"}, at)], []
    )
    batch.edges.append(
        Edge("EXECUTED", job(dag, 0), run, {"first_seen": at, "last_seen": at, "count": 1}, at)
    )
    for task in range(TASKS):
        _task(batch, run, number, task, moment + timedelta(minutes=task))
    return batch


def _task(batch: Batch, dag_run: NodeRef, number: int, task: int, moment: datetime) -> None:
    dag, at = number % DAGS, format_time(moment)
    run = NodeRef("JobRun", f"run-{number:07d}-{task}")
    does = job(dag, task)
    batch.nodes.append(Node(run, _run_props(does, number, at), at))
    seen = {"first_seen": at, "last_seen": at, "count": 1}
    batch.edges.append(Edge("EXECUTED", dag_run, run, seen, at))
    batch.edges.append(Edge("EXECUTED", does, run, seen, at))
    target = dag * 20 + task * 4 + number // DAGS % 4
    for source in (target - 20 - task, target - 21):
        batch.edges.append(Edge("READ_FROM", run, table(source % TABLES), seen, at))
    batch.edges.append(Edge("WROTE_TO", run, table(target), {**seen, "rows": 1_000 + number % 97}, at))
    if number < DAGS * 4:
        batch.edges.append(Edge("FEEDS", table((target - 21) % TABLES), table(target), seen, at))
    if number % 50 == 0 and task == 2:
        _failure(batch, run, table(target), dag, number, at)


def _run_props(does: NodeRef, number: int, at: str) -> dict[str, str | int]:
    return {
        "job": does.key,
        "run_type": "spark",
        "status": "COMPLETE",
        "started_at": at,
        "first_seen": at,
        "last_seen": at,
        "rows_read": 10_000 + number % 1_000,
        "rows_written": 9_000 + number % 1_000,
    }


def _failure(batch: Batch, run: NodeRef, target: NodeRef, dag: int, number: int, at: str) -> None:
    signature = NodeRef("FailureSignature", f"NULL_REF:Mapper{number % 20}@{target.key}")
    deployment = NodeRef("Deployment", f"svc-{dag:03d}:v{number // 5_000}")
    batch.nodes.append(Node(signature, {"signature": "NULL_REF", "first_seen": at, "count": 1}, at))
    batch.nodes.append(Node(deployment, {"service": f"svc-{dag:03d}", "deployed_at": at}, at))
    seen = {"first_seen": at, "last_seen": at}
    batch.edges.append(Edge("ENCOUNTERED", run, signature, seen, at))
    batch.edges.append(Edge("INTRODUCED", deployment, signature, seen, at))
    batch.edges.append(Edge("DEPLOYED", deployment, job(dag, 2), seen, at))
