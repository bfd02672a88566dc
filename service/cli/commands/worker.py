"""``sf worker``: engines behind Kafka; start as many as there is work for."""

import os
import socket
from argparse import Namespace

from signal_factory.errors import ConfigurationError

from ...backends import graph_of, kafka_of, lease_of, log_of
from ...clocks import wall_clock
from ...lease import private_directory
from ...workers.process import Parts, Worker
from ..common import settings_of
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """Work until told to stop."""
    settings = settings_of(arguments).settings
    if not settings.kafka_servers:
        raise ConfigurationError(
            "a worker needs Kafka", hint="Name the brokers: SF_KAFKA_SERVERS=host:9092 sf worker"
        )
    private_directory(settings.data_dir)
    holder = f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"
    lease = lease_of(settings, holder, wall_clock)
    parts = Parts(kafka_of(settings), log_of(settings), graph_of(settings), lease)
    worker = Worker(settings, parts, wall_clock)
    name = arguments.name or str(os.getpid())
    console.note(f"working as {name} on {settings.kafka_servers}; Ctrl-C stops it")
    worker.run(settings.data_dir / "workers" / name)
    return OK
