"""Our errors as a client should read them: what was wrong, what to do, the nearest names."""

from collections.abc import Callable

from mcp.server.mcpserver.exceptions import ToolError

from copilot.asking.fields import children, exact, tidy
from copilot.asking.finder import nearest
from copilot.readmodel import Document, ReadModel
from signal_factory.errors import NotFound, SignalFactoryError

NAMES = 200


def told(error: SignalFactoryError, read_model: ReadModel, wanted: str = "") -> str:
    """The message, its hint, and up to three known names like ``wanted``."""
    said = f"{error.code}: {tidy(str(error))} Hint: {error.hint}"
    near = _near(read_model, wanted) if wanted and isinstance(error, NotFound) else ()
    return said + (f" Nearest: {', '.join(near)}." if near else "")


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
