"""``sf bench flood``: what stays of very many distinct failures."""

from argparse import Namespace
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from signal_factory.errors import CallerError

from ...engine import store_for
from ...yearbench.flood import flooded
from ...yearbench.memory import held_mib
from ..common import wants_json
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """Let a stream fail in a million ways, in a temporary directory, and print what is kept of it."""
    if arguments.texts < 1:
        raise CallerError("--texts should be at least 1", hint="1,000,000 are the default.")
    began = perf_counter()
    with TemporaryDirectory(prefix="sf-bench-") as scratch, closing(store_for(Path(scratch))) as graph:
        told = flooded(arguments.texts, graph)
        memory = held_mib()
    seconds = perf_counter() - began
    if wants_json(arguments):
        console.json({**asdict(told), "seconds": round(seconds, 1), "memory_mib": memory})
        return OK
    console.text(f"{told.texts:,} failures, each another, in {seconds:,.0f} s")
    console.text(f"  {told.signatures:>9,} signature nodes")
    console.text(f"  {told.overflow:>9,} failures counted in overflow buckets")
    console.text(f"  {told.totals:>9,} totals and {told.signals:,} signals in the engine's state")
    console.text(f"  {memory:>9,.0f} MiB of memory")
    return OK
