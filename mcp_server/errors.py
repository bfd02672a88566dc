"""Our errors as a client should read them: what was wrong, what to do, the nearest names."""

from collections.abc import Callable

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from copilot.asking.fields import children, exact, tidy
from copilot.asking.finder import nearest
from copilot.readmodel import Document, ReadModel
from signal_factory.errors import NotFound, SignalFactoryError

NAMES = 200
_SCHEMA = "The tool's input schema says what each argument may be."


def told(error: SignalFactoryError, read_model: ReadModel, wanted: str = "") -> str:
    """The message, its hint, and up to three known names like ``wanted``."""
    said = f"{error.code}: {tidy(str(error))} Hint: {error.hint}"
    near = _near(read_model, wanted) if wanted and isinstance(error, NotFound) else ()
    return said + (f" Nearest: {', '.join(near)}." if near else "")


def misfit(tool: str, error: ValidationError) -> str:
    """What of a tool's arguments does not fit; never the value that was sent."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)[:3]
    said = "; ".join(f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}" for fault in faults)
    return f"Error executing tool {tool}: invalid_arguments: {said} Hint: {_SCHEMA}"


def asked(read_model: ReadModel, question: Callable[[ReadModel], Document], wanted: str = "") -> Document:
    """What ``question`` answers.

    Raises:
        ToolError: the read model refused, with its reason and hint.
    """
    try:
        return question(read_model)
    except SignalFactoryError as error:
        raise ToolError(told(error, read_model, wanted)) from error


def _near(read_model: ReadModel, wanted: str) -> tuple[str, ...]:
    try:
        if wanted.lower().startswith("inc-"):
            known = [
                exact(each, "incident_id") for each in children(read_model.incidents(limit=NAMES), "items")
            ]
            return tuple(known[:3])
        known = [exact(each, "urn") for each in children(read_model.datasets(limit=NAMES), "items")]
    except SignalFactoryError:
        return ()
    return nearest(wanted, [each for each in known if each])
