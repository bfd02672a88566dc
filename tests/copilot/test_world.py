"""What an investigation reads from the graph."""

from datetime import UTC, datetime

import pytest

from copilot.world import World
from graph.model import Edge, Node, NodeRef, Subgraph

TABLE, RUN = NodeRef("Dataset", "ds://gold/orders"), NodeRef("JobRun", "run-1")
AT = "2026-01-19T02:00:00.000Z"


@pytest.mark.parametrize(("committed", "writers"), [(True, ["job://spark/orders"]), (False, [])])
def test_a_job_that_only_checks_a_table_is_no_writer_and_one_that_committed_it_is(
    *, committed: bool, writers: list[str]
) -> None:
    told = {"role": "validated"} | ({"timestamp": AT} if committed else {})
    nodes = {RUN: Node(RUN, {"job": "job://spark/orders"}), TABLE: Node(TABLE, {})}
    edge = Edge("WROTE_TO", RUN, TABLE, told, AT)
    world = World(Subgraph(nodes, (edge,), {}), datetime(2026, 1, 20, tzinfo=UTC))
    assert world.writers(TABLE.key) == writers
