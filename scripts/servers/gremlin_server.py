"""TinkerPop Gremlin Server with TinkerGraphs in memory.

``g`` is a plain graph. ``neptune0`` … keep every value of a property unless told
otherwise, as Amazon Neptune does; ``tx0`` … have transactions.
"""

from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from .endpoint import Endpoint
from .process import Server, free_port, listens
from .where import java, parts

_PACKAGE = "org.apache.tinkerpop.gremlin"
_GRAPH = f"""\
gremlin.graph={_PACKAGE}.tinkergraph.structure.{{kind}}
gremlin.tinkergraph.vertexIdManager=ANY
gremlin.tinkergraph.edgeIdManager=ANY
gremlin.tinkergraph.vertexPropertyIdManager=LONG
gremlin.tinkergraph.defaultVertexPropertyCardinality={{cardinality}}
"""
LIKE_NEPTUNE = tuple(f"neptune{number}" for number in range(12))
TRANSACTIONAL = tuple(f"tx{number}" for number in range(4))
_SOURCES = {
    "g": ("TinkerGraph", "single"),
    **dict.fromkeys(LIKE_NEPTUNE, ("TinkerGraph", "set")),
    **dict.fromkeys(TRANSACTIONAL, ("TinkerTransactionGraph", "set")),
}


class GremlinServer(Server):
    """What is written is gone when it ends: TinkerGraph has no disk."""

    name: ClassVar[str] = "gremlin"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._port = free_port()
        self._classes = f"{parts(self.name)}/*:{directory / 'conf'}"

    def prepare(self) -> None:
        """Write the settings."""
        conf = self.directory / "conf"
        conf.mkdir()
        for source, (kind, cardinality) in _SOURCES.items():
            settings = _GRAPH.format(kind=kind, cardinality=cardinality)
            (conf / f"{source}.properties").write_text(settings, encoding="utf-8")
        sources = ", ".join(f"{source}: traversal().withEmbedded(graph_{source})" for source in _SOURCES)
        init = f"def globals = [:]\nglobals << [{sources}]\n"
        (conf / "init.groovy").write_text(init, encoding="utf-8")
        (conf / "server.yaml").write_text(self._settings(), encoding="utf-8")

    def command(self) -> list[str]:
        """The entry point with its one file."""
        entry = f"{_PACKAGE}.server.GremlinServer"
        return [java(), "-Xmx1g", "-cp", self._classes, entry, str(self.directory / "conf" / "server.yaml")]

    def where(self) -> Endpoint:
        """A web socket."""
        return Endpoint(f"ws://127.0.0.1:{self._port}/gremlin")

    def answers(self) -> bool:
        """Whether a traversal comes back; the driver leaks a connection it could not open, so look first."""
        if not listens(self._port):
            return False
        # The driver has no types.
        driver: Any = import_module("gremlin_python.driver.client")
        client = driver.Client(self.where().url, "g", pool_size=1, max_workers=1)
        try:
            return bool(client.submit("g.inject(1)").all().result(timeout=10) == [1])
        finally:
            client.close()

    def _settings(self) -> str:
        conf = self.directory / "conf"
        graphs = ", ".join(f"graph_{source}: {conf / source}.properties" for source in _SOURCES)
        plugins = (
            f"{{{_PACKAGE}.server.jsr223.GremlinServerGremlinPlugin: {{}}, "
            f"{_PACKAGE}.tinkergraph.jsr223.TinkerGraphGremlinPlugin: {{}}, "
            f"{_PACKAGE}.jsr223.ScriptFileGremlinPlugin: {{files: [{conf / 'init.groovy'}]}}}}"
        )
        return "\n".join(
            [
                *("host: 127.0.0.1", f"port: {self._port}", "evaluationTimeout: 30000"),
                *("maxContentLength: 67108864", "maxAccumulationBufferComponents: 4096"),
                f"graphs: {{{graphs}}}",
                "scriptEngines: {",
                "  gremlin-lang: {},",
                f"  gremlin-groovy: {{plugins: {plugins}}}}}",
                "serializers:",
                f"  - {{className: {_PACKAGE}.util.ser.GraphSONMessageSerializerV3}}",
                f"  - {{className: {_PACKAGE}.util.ser.GraphBinaryMessageSerializerV1}}",
                "",
            ]
        )
