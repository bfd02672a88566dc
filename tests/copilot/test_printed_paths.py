"""Every edge of a path that a report prints is in the graph, where its printed query looks."""

import json

import pytest

from graph.model import Edge, NodeRef
from service.engine import store_for
from service.rcabench.fleet import generate
from service.replay import replay_lines

SEEDS = [90_012, 70_011, *range(91_001, 91_029)]
"""The first two mend before anybody asks."""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_path_of_a_report_is_in_the_graph(seed: int) -> None:
    case, graph = generate(seed), store_for(None)
    document = replay_lines([json.dumps(each) for each in case.events], until=case.until, graph=graph)
    known = {(each.kind, each.src, each.dst) for each in graph.elements() if isinstance(each, Edge)}
    printed = [step for incident in document["incidents"] for step in incident["rca"]["path"]]
    ends = [(each["edge"], NodeRef(**each["from"]), NodeRef(**each["to"])) for each in printed]
    assert [each for each in ends if each not in known] == []
