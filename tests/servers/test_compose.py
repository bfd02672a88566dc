"""The containers are the servers that tests run: the same ones, of the same versions."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = dict(
    re.findall(
        r"^    image: ([\w./-]+):([\w.-]+)$",
        (ROOT / "deploy" / "compose.yaml").read_text("utf-8"),
        re.MULTILINE,
    )
)


def _wanted(name: str) -> str:
    return (ROOT / "locks" / f"servers-{name}.in").read_text("utf-8").split()[0].rpartition(":")[2]


def test_containers_have_the_versions_that_are_locked() -> None:
    assert IMAGES["neo4j"] == f"{_wanted('neo4j')}-community"
    assert IMAGES["tinkerpop/gremlin-server"] == _wanted("gremlin")
    assert IMAGES["apache/kafka"] == _wanted("kafka")


def test_the_second_bolt_server_is_of_the_version_that_is_locked() -> None:
    lock = (ROOT / "locks" / "servers-arcadedb.txt").read_text("utf-8")
    assert f"arcadedb-embedded=={IMAGES['arcadedata/arcadedb']}" in lock


def test_no_container_listens_beyond_this_machine() -> None:
    ports = re.findall(r'ports: \["([^"]+)"\]', (ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    assert len(ports) == len(IMAGES)
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
