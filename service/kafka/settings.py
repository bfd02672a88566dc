"""Where Kafka is, and how its clients are set up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EVIDENCE, LINEAGE, DEPLOYMENTS, REGISTRY = "evidence", "lineage", "deployments", "registry"
SIGNALS, DEAD = "signals", "dlq"
QUESTIONS, ANSWERS = "questions", "answers"
INTAKE = "intake"
"""The group that reads the incoming topics for the log; a family judged apart has one of its own name."""

INCOMING = (EVIDENCE, LINEAGE, DEPLOYMENTS, REGISTRY)
"""Topics that events come in by (contract §6); registrations, mappings and ticks by the last."""

TOPIC_OF = {
    "evidence": EVIDENCE, "job_event": EVIDENCE, "write_event": EVIDENCE, "openlineage": LINEAGE,
    "deployment": DEPLOYMENTS, "dataset": REGISTRY, "mapping": REGISTRY, "tick": REGISTRY,
}  # fmt: skip
"""The topic of an event, by its kind."""

LARGEST = 8 * 2**20
"""Bytes of the largest message: a data set's state is one."""


@dataclass(frozen=True, slots=True)
class Kafka:
    """Brokers as ``host:port,…``, the prefix of topics and groups, and librdkafka's own settings."""

    servers: str
    prefix: str = "signal_factory"
    client: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    session_s: float = 10.0

    def topic(self, name: str) -> str:
        """The full name of a topic."""
        return f"{self.prefix}.{name}"

    def group(self, name: str) -> str:
        """The full name of a consumer group."""
        return f"{self.prefix}.{name}"

    def common(self) -> dict[str, str | int]:
        """What every client is given."""
        return {"bootstrap.servers": self.servers, "log_level": 3, **self.client}

    def producing(self) -> dict[str, str | int]:
        """What producers are given: acknowledged by all replicas, in order, each once."""
        return self.common() | {
            "acks": "all", "enable.idempotence": "true", "compression.type": "lz4", "linger.ms": 5,
            "message.max.bytes": LARGEST, "delivery.timeout.ms": 30_000,
        }  # fmt: skip

    def consuming(self, group: str) -> dict[str, str | int]:
        """What consumers are given: offsets are committed by hand."""
        return self.common() | {
            "group.id": group, "enable.auto.commit": "false", "auto.offset.reset": "earliest",
            "isolation.level": "read_committed", "enable.partition.eof": "true",
            "session.timeout.ms": int(self.session_s * 1000), "fetch.message.max.bytes": LARGEST,
        }  # fmt: skip
