"""The words of Gremlin that the store speaks: the driver, imported at first use.

The driver declares no types, so everything here is ``Any`` and stays inside
``graph/stores/gremlin*.py``.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from signal_factory.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Words:
    """Steps' arguments (``T``, ``P``, …) and what turns traversals into bytes and back."""

    t: Any
    p: Any
    text: Any
    cardinality: Any
    column: Any
    direction: Any
    merge: Any
    order: Any
    scope: Any
    long: Any
    serializer: Any
    request: Any
    traversal: Any
    bytecode: Any

    def start(self) -> Any:
        """An empty traversal: the whole one or the child of a step, which bytecode does not tell apart."""
        return self.traversal(None, None, self.bytecode())


@lru_cache(maxsize=1)
def words() -> Words:
    """The driver's words.

    Raises:
        ConfigurationError: the driver is not installed.
    """
    try:
        process = import_module("gremlin_python.process.traversal")
    except ImportError:
        raise ConfigurationError(
            "the Gremlin driver is not installed",
            hint="Install it: pip install 'gremlinpython>=3.8,<3.9', or make setup-all.",
        ) from None
    return Words(
        t=process.T,
        p=process.P,
        text=process.TextP,
        cardinality=process.Cardinality,
        column=process.Column,
        direction=process.Direction,
        merge=process.Merge,
        order=process.Order,
        scope=process.Scope,
        long=import_module("gremlin_python.statics").long,
        serializer=import_module("gremlin_python.driver.serializer").GraphBinarySerializersV1(),
        request=import_module("gremlin_python.driver.request").RequestMessage,
        traversal=import_module("gremlin_python.process.graph_traversal").GraphTraversal,
        bytecode=process.Bytecode,
    )
