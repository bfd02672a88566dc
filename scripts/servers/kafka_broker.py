"""One Kafka node (KRaft), which is its own controller."""

import base64
import subprocess
import uuid
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from .endpoint import Endpoint
from .process import Server, free_port
from .where import java, parts


class KafkaBroker(Server):
    """Topics are made when first used, with two partitions unless said otherwise."""

    name: ClassVar[str] = "kafka"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._port, self._controller = free_port(), free_port()
        self._classes = f"{parts(self.name)}/*"

    def prepare(self) -> None:
        """Write the settings and format the log directory."""
        self._file.write_text("\n".join(self._settings()), encoding="utf-8")
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = [java(), "-cp", self._classes, "kafka.tools.StorageTool"]
        told = ["format", "-t", f"A{cluster[1:]}", "-c", str(self._file), *self._users()]
        subprocess.run([*tool, *told], check=True, capture_output=True)

    def command(self) -> list[str]:
        """The entry point with its one file."""
        return [java(), "-Xmx1g", "-cp", self._classes, "kafka.Kafka", str(self._file)]

    def where(self) -> Endpoint:
        """The bootstrap server."""
        return Endpoint(f"127.0.0.1:{self._port}")

    def answers(self) -> bool:
        """Whether the broker lists itself."""
        # The client has no types.
        admin: Any = import_module("confluent_kafka.admin")
        client = admin.AdminClient({"bootstrap.servers": f"127.0.0.1:{self._port}", "log_level": 0})
        return bool(client.list_topics(timeout=2).brokers)

    def _users(self) -> list[str]:
        """What the tool is told of users that the cluster begins with."""
        return []

    @property
    def _file(self) -> Path:
        return self.directory / "server.properties"

    def _settings(self) -> list[str]:
        return [
            *("process.roles=broker,controller", "node.id=1", "controller.listener.names=CONTROLLER"),
            f"controller.quorum.voters=1@127.0.0.1:{self._controller}",
            f"listeners=PLAINTEXT://127.0.0.1:{self._port},CONTROLLER://127.0.0.1:{self._controller}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{self._port}",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            *(f"log.dirs={self.directory / 'data'}", "num.partitions=2", "auto.create.topics.enable=true"),
            *("offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1"),
            *("transaction.state.log.min.isr=1", "group.initial.rebalance.delay.ms=0"),
            *("offsets.topic.num.partitions=4", "transaction.state.log.num.partitions=4"),
            "",
        ]
