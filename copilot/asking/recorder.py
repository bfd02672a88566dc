"""Asks the read model and remembers: each call made, each string that came back."""

from typing import Any

from copilot.readmodel import Document, ReadModel
from signal_factory.errors import CallerError
from signal_factory.ids import canonical_json

from .fields import children, every_string

_METHODS = {
    "list_incidents": "incidents",
    "get_incident": "incident",
    "explain_incident": "explain",
    "list_datasets": "datasets",
    "dataset_health": "dataset",
    "blast_radius": "blast_radius",
    "upstream": "upstream",
    "dataset_signals": "signals",
    "get_evidence": "evidence",
    "recent_changes": "changes",
    "search": "search",
}
_FIRST_ARGUMENT = {
    "get_incident": "incident_id",
    "explain_incident": "incident_id",
    "dataset_health": "urn",
    "blast_radius": "urn",
    "upstream": "urn",
    "dataset_signals": "urn",
    "get_evidence": "evidence_id",
    "recent_changes": "urn",
    "search": "text",
}


class Recorder:
    """One question's view of the read model; tool names are those of the MCP server."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self._answers: dict[str, Document | None] = {}
        self._seen: set[str] = set()
        self.calls: list[Document] = []

    def ask(self, tool: str, **arguments: Any) -> Document | None:
        """The tool's document; None where the read model does not know the name.

        Raises:
            BackendUnavailable: the store behind the read model cannot be reached.
        """
        key = canonical_json([tool, arguments])
        if key not in self._answers:
            self.calls.append({"tool": tool, "arguments": arguments})
            self._answers[key] = self._call(tool, dict(arguments))
        return self._answers[key]

    def items(self, tool: str, **arguments: Any) -> list[Document]:
        """The ``items`` of a bounded list; empty where nothing is known."""
        return children(self.ask(tool, **arguments) or {}, "items")

    def known(self, wanted: list[str]) -> list[str]:
        """Those of ``wanted`` that some document held, once each and in order."""
        return [each for each in dict.fromkeys(wanted) if each in self._seen]

    def _call(self, tool: str, arguments: dict[str, Any]) -> Document | None:
        method = getattr(self._model, _METHODS[tool])
        first = _FIRST_ARGUMENT.get(tool)
        try:
            document: Document = method(arguments.pop(first), **arguments) if first else method(**arguments)
        except CallerError:
            return None
        self._seen.update(every_string(document))
        return document
