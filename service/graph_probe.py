"""Whether the graph's server answers, for `sf doctor`."""

from contextlib import closing

from signal_factory.errors import SignalFactoryError

from .backends import graph_of
from .settings import Settings


def probed(settings: Settings) -> tuple[str, list[str]]:
    """What the server of ``graph_url`` holds, and what is wrong with it; nothing where none is named."""
    if not settings.graph_url:
        return "", []
    try:
        with closing(graph_of(settings, read_only=True)) as graph:
            stats = graph.stats()
    except SignalFactoryError as error:
        return "no answer", [f"{error}; {error.hint}"]
    return f"answers, with {stats.nodes} nodes and {stats.edges} edges", []
