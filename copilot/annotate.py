"""Signals as nodes of the graph, beside the data sets, runs and failures they speak of."""

from engines.signal import Signal
from graph.keys import signature_key
from graph.model import Edge, Node, NodeRef
from signal_factory.times import format_time


def annotations(signal: Signal) -> tuple[list[Node], list[Edge]]:
    """What a signal adds to the graph; one that is OK adds nothing."""
    if not signal.is_bad:
        return [], []
    at = format_time(signal.first_bad or signal.end)
    ref = NodeRef("Signal", signal.signal_id)
    node = Node(
        ref,
        {
            "signal_type": signal.signal_type, "state": signal.state, "dataset_urn": signal.subject,
            "reason": str(signal.details.get("reason", "")),
            "failure_signature": signal.signatures[0] if signal.signatures else "",
            "run_id": signal.run_ids[0] if signal.run_ids else "", "breach_start": at,
            "window_start": format_time(signal.start), "window_end": format_time(signal.end),
            "evidence": signal.evidence[:10],
        },
        format_time(signal.at),
    )  # fmt: skip
    subject = NodeRef("Job" if signal.subject.startswith("job://") else "Dataset", signal.subject)
    edges = [Edge("AFFECTS", ref, subject, {}, at)]
    edges += [
        Edge("CAUSED", NodeRef("FailureSignature", signature_key(each, signal.subject)), ref, {}, at)
        for each in signal.signatures[:5]
        if signal.signal_type in ("CONTRACT_BREACH", "DQ_BREACH")
    ]
    return [node], edges
