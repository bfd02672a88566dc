"""``sf bench burst``: a burst of batch evidence through Kafka and several workers."""

import uuid
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from signal_factory.errors import ConfigurationError

from ...backends import kafka_of
from ...burstbench.run import Burst, burst, workers
from ..common import settings_of, wants_json
from ..console import OK, UNAVAILABLE, Console


def run(arguments: Namespace, console: Console) -> int:
    """Send, wait and print; exit code 3 when anything was lost or a breach was invented."""
    settings = settings_of(arguments).settings
    if not settings.kafka_servers:
        raise ConfigurationError(
            "the burst goes over Kafka",
            hint="SF_KAFKA_SERVERS=host:9092 sf bench burst; `make services` starts one.",
        )
    kafka = replace(kafka_of(settings), prefix=f"burst-{uuid.uuid4().hex[:8]}")
    with TemporaryDirectory(prefix="sf-bench-") as scratch, workers(kafka, Path(scratch), arguments.workers):
        told = burst(kafka, Path(scratch), minutes=arguments.minutes, rate=arguments.rate)
    if wants_json(arguments):
        console.json(asdict(told))
    else:
        _print(told, console)
    is_whole = told.sent == told.logged == told.applied and not told.breaches
    return OK if is_whole else UNAVAILABLE


def _print(told: Burst, console: Console) -> None:
    console.text(f"{'s':>8}  {'sent':>9}  {'in the log':>10}  {'applied':>9}")
    for each in told.curve:
        console.text(f"{each.at_s:8.1f}  {each.sent:9,}  {each.logged:10,}  {each.applied:9,}")
    console.text(f"lost: {told.sent - told.logged}, breaches invented: {told.breaches}")
    console.text(
        f"caught up {told.caught_up_s:.1f} s after the last event; at most {told.most_behind:,} behind"
    )
