"""The user's own code in a stack trace, as against the libraries it runs in."""

import re

from .lazy import Lazy
from .parts import part

_JAVA_LIBRARY = Lazy(
    r"(?:java|javax|jdk|sun|com\.sun|scala|kotlin|org\.apache|org\.spark|org\.eclipse|org\.json4s|io\.netty|akka"
    r"|org\.springframework|com\.google|com\.amazonaws|software\.amazon|com\.fasterxml|io\.delta|com\.databricks"
    r"|org\.postgresql|com\.mysql|py4j|net\.snowflake|io\.confluent|org\.codehaus|org\.xerial|com\.esotericsoftware"
    r"|com\.azure|com\.microsoft|io\.trino|io\.airlift|org\.hibernate|org\.junit|org\.slf4j|io\.openlineage)\."
)
_PY_LIBRARY = Lazy(
    r"site-packages|dist-packages|[/\\]lib[/\\]python|[/\\]lib64[/\\]|pyspark\.zip|py4j-|<frozen|<string>"
    r"|[/\\]pyspark[/\\]|(?i:[/\\]anaconda)|[/\\]Lib[/\\]"
)
_PLACEHOLDERS = frozenset(
    {"<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<genexpr>", "wrapper", "main"}
)
_SYNTHETIC = Lazy(r"\$.*|^lambda.*", re.DOTALL)


def user_frame(frames: list[str]) -> str:
    """The class (Java) or function (Python) of the user's code nearest to the failure, or ""."""
    java = [f[5:] for f in frames if f.startswith("java ")]
    if java and frames[0].startswith("java "):
        own = next((f for f in java if not _JAVA_LIBRARY.match(_bare(f))), java[0])
        return _java_class(own)
    return _python_function([f[3:] for f in frames if f.startswith("py ")])


def _bare(frame: str) -> str:
    """Without a module or class loader in front: ``java.base/java.util.X``, ``app//com.acme.X``."""
    return frame.rsplit("/", 1)[-1]


def _java_class(frame: str) -> str:
    pieces = _bare(frame).split(".")
    owner = pieces[-2] if len(pieces) > 1 else pieces[-1]
    return part(_SYNTHETIC.sub("", owner) or owner)


def _python_function(frames: list[str]) -> str:
    for frame in reversed(frames):
        function, _, path = frame.partition(" ")
        if function and function not in _PLACEHOLDERS and not _PY_LIBRARY.search(path):
            return part(function)
    return ""
