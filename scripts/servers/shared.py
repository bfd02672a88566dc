"""The one set of servers that all processes of a test run share, each started by who needs it first."""

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from . import endpoint as addresses
from . import keeper
from .endpoint import Endpoint
from .registry import server

RUN = "SF_SERVERS_RUN"
_OWNER = "owner"


@contextmanager
def owned() -> Generator[Path]:
    """The directory of a set that lives as long as this process; named to children by ``SF_SERVERS_RUN``."""
    run = Path(tempfile.mkdtemp(prefix="sf-servers-"))
    run.chmod(0o755)
    (run / _OWNER).write_text(str(os.getpid()), encoding="utf-8")
    os.environ[RUN] = str(run)
    try:
        yield run
    finally:
        os.environ.pop(RUN, None)
        keeper.take_down(run)


def endpoint(name: str) -> Endpoint:
    """Where the shared server of that name listens; it is started if nobody has yet.

    Raises:
        PartsMissing: what it runs on is not here.
        ServerFailed: it does not come up.
    """
    run = Path(os.environ[RUN])
    with _locked(run / f"{name}.lock"):
        known = addresses.read(run / f"{name}.json")
        if known is not None and keeper.is_alive(known.pid):
            return known
        started = _start(name, run)
        addresses.write(started, run / f"{name}.json")
        return started


@contextmanager
def exclusively(name: str) -> Generator[None]:
    """Hold a shared server alone, for one that cannot give each test a database of its own.

    Who waits holds the turn, so that one process cannot take it again and again before another.
    """
    run = Path(os.environ[RUN])
    with _locked(run / f"{name}.turn"):
        taken = _locked(run / f"{name}.use")
        taken.__enter__()
    try:
        yield
    finally:
        taken.__exit__(None, None, None)


def _start(name: str, run: Path) -> Endpoint:
    _keep(run)
    directory = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=run))
    directory.chmod(0o755)
    made = server(name, directory)
    made.prepare()
    started = made.start()
    made.release()
    return started


def _keep(run: Path) -> None:
    """One keeper a set: it ends the servers should their owner be killed."""
    with _locked(run / "keeper.lock"):
        kept = run / "keeper"
        if kept.exists():
            return
        owner = (run / _OWNER).read_text(encoding="utf-8")
        command = [sys.executable, str(Path(keeper.__file__)), str(run), owner]
        process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        kept.write_text(str(process.pid), encoding="utf-8")
        process.returncode = 0  # nobody waits for it: it goes when the set has gone


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
