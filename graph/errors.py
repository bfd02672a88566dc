"""What the graph refuses."""

from signal_factory.errors import CallerError, ConfigurationError


class GraphSchemaError(CallerError):
    """A label, edge kind, end, property or value that ``graph/schema.py`` does not declare."""

    code = "graph_schema"
    hint = "Compare it with the registry in docs/graph.md."


class GraphVersionError(ConfigurationError):
    """A graph file written by a newer version of this program."""

    code = "graph_version"
    hint = "Upgrade this program, or rebuild the graph from the event log."
