"""Runs of a neighbourhood by job, read only for the jobs that somebody asks about."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from graph.model import Node, NodeRef

from .views import RunView, run_view


class RunsByJob(Mapping[str, list[RunView]]):
    """The runs of each job in order of time; those whose time is not known are left out."""

    def __init__(self, nodes: Mapping[NodeRef, Node]) -> None:
        self._nodes: dict[str, list[tuple[NodeRef, Node]]] = defaultdict(list)
        for ref, node in nodes.items():
            if ref.label == "JobRun" and isinstance(job := node.props.get("job"), str) and job:
                self._nodes[job].append((ref, node))
        self._views: dict[str, list[RunView]] = {}

    def __getitem__(self, job: str) -> list[RunView]:
        views = self._of(job)
        if not views:
            raise KeyError(job)
        return views

    def __iter__(self) -> Iterator[str]:
        return (job for job in self._nodes if self._of(job))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _of(self, job: str) -> list[RunView]:
        if job not in self._views:
            views = (run_view(*each) for each in self._nodes.get(job, ()))
            self._views[job] = sorted(filter(None, views), key=lambda each: (each.started, each.run_id))
        return self._views[job]
