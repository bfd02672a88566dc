"""``sf bench year``: whether memory, disk and latency stop growing."""

from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from signal_factory.errors import CallerError

from ...yearbench.curve import Point, document, replay
from ...yearbench.year import DAGS
from ..common import wants_json
from ..console import OK, SOMETHING_IS_WRONG, Console

_HEAD = (
    " day   events  memory   graph     log archive    nodes    edges   runs   days  explain   worst   hold\n"
    "                  MiB     MiB     MiB     MiB                                       ms      ms     ms"
)


def run(arguments: Namespace, console: Console) -> int:
    """Replay a year with retention in a temporary directory; exit code 1 when something still grows."""
    if not 1 <= arguments.days <= 3_650:
        raise CallerError("--days should be between 1 and 3650", hint="365 are the default.")
    if not 1 <= arguments.dags <= DAGS:
        raise CallerError(f"--dags should be between 1 and {DAGS}", hint=f"{DAGS} are the default.")
    is_for_people = not wants_json(arguments)
    if is_for_people:
        console.text(_HEAD)
    with TemporaryDirectory(prefix="sf-bench-") as scratch:
        points = replay(
            arguments.days, Path(scratch), lambda point: _print(point, console) if is_for_people else None,
            arguments.dags,
        )  # fmt: skip
    found = document(points)
    if not is_for_people:
        console.json(found)
    elif found["growth"]:
        told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in found["growth"].items())
        console.text(f"Against four months earlier: {told}")
    return OK if all(found["has_stopped"].values()) else SOMETHING_IS_WRONG


def _print(point: Point, console: Console) -> None:
    console.text(
        f"{point.day:>4} {point.events:>8} {point.memory:>7.1f} {point.graph:>7.1f} {point.log:>7.1f} "
        f"{point.archive:>7.1f} {point.nodes:>8} {point.edges:>8} {point.runs:>6} {point.job_days:>6} "
        f"{point.explain:>8.1f} {point.worst:>7.1f} {point.hold:>6.1f}"
    )
    console.flush()
