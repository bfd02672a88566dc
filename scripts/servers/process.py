"""One server as a process: started, waited for, killed, paused, started again on the same data."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from .endpoint import Endpoint
from .keeper import PID_FILE

START_S = 90.0
STOP_S = 20.0
_POLL_S = 0.1
_FOR_ALL = (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL)


class ServerFailed(Exception):
    """A server ended, or did not answer in time; the message has the end of its log."""


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server(ABC):
    """A server in ``directory``, which outlives a stop: the next start finds the same data and ports."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """What is done once, before the first start."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line."""

    @abstractmethod
    def where(self) -> Endpoint:
        """The address, whether it runs or not."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a real client gets a real answer; False or an exception mean not yet."""

    @property
    def endpoint(self) -> Endpoint:
        """The address of the running server."""
        return self.where().with_pid(self._running().pid)

    @property
    def account(self) -> str | None:
        """The user it runs as; None for ours."""
        return None

    def environment(self) -> Mapping[str, str]:
        """What is set for the server beside our own environment."""
        return {}

    def start(self) -> Endpoint:
        """Start and wait until it answers.

        Raises:
            ServerFailed: it does not.
        """
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment()},
                user=self.account,
                start_new_session=True,
            )
        (self.directory / PID_FILE).write_text(str(self._process.pid), encoding="utf-8")
        self.wait()
        return self.endpoint

    def wait(self, seconds: float = START_S) -> None:
        """Until it answers.

        Raises:
            ServerFailed: it ended, or ``seconds`` went by.
        """
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self._running().poll() is not None:
                raise ServerFailed(f"{self.name} ended: {self.log_end()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} gave no answer for {seconds:.0f} s: {self.log_end()}")
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._signal(signal.SIGCONT)
        self._signal(self.stop_signal)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)
        self._running().wait(STOP_S)

    def pause(self) -> None:
        """Stop it in its tracks: connections stay open and nobody answers."""
        self._signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._running().pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._signal(signal.SIGCONT)

    def restart(self) -> Endpoint:
        """Stop and start it on the same ports with the same data."""
        self.stop()
        return self.start()

    def lose(self) -> None:
        """Kill it and take its data away: the next start finds an empty server on the same ports."""
        self.kill()
        for path in self.data():
            shutil.rmtree(path)
        self.renew()

    def data(self) -> Sequence[Path]:
        """The folders that a start would find its data in."""
        return ()

    def renew(self) -> None:  # noqa: B027 - most need nothing
        """What has to be done before a start without data."""

    def release(self) -> None:
        """Leave it running for others: whoever owns the set it belongs to will end it."""
        self._running().returncode = 0

    def log_end(self, size: int = 2_000) -> str:
        """The last of what it printed."""
        log = self.directory / "server.log"
        return log.read_bytes()[-size:].decode("utf-8", "replace") if log.exists() else "no log"

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise ServerFailed(f"{self.name} was not started")
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        process = self._running()
        if process.poll() is None:
            # Those of Postgres lead groups of their own.
            others = _below(process.pid) if number in _FOR_ALL else []
            os.killpg(process.pid, number)
            for each in others:
                with suppress(ProcessLookupError):
                    os.kill(each, number)

    def _answers(self) -> bool:
        try:
            return self.answers()
        except Exception:  # noqa: BLE001 - each driver has its own ways to say "not yet"
            return False


def _below(pid: int) -> list[int]:
    """The processes that a process began, and those that they began."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
            found += map(int, children)
    return found[1:]


def unprivileged() -> str | None:
    """Another account to run as when ours is root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
