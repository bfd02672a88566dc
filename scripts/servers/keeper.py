"""Takes a set of servers down: at the end, or when the process that owns them has died.

Run as a program it waits for that; it needs nothing but the standard library.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

PID_FILE = "pid"
_POLL_S = 0.5
_GRACE_S = 5.0


def take_down(run: Path) -> None:
    """End every server whose directory is in ``run``, then remove it all."""
    pids = [pid for pid in _recorded(run) if _is_ours(pid, run)]
    # Postgres takes the first as "when everybody has left" and the second as "now".
    for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGINT):
        for pid in pids:
            _send(pid, number)
    deadline = time.monotonic() + _GRACE_S
    while any(_is_ours(pid, run) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in pids:
        if _is_ours(pid, run):
            _send(pid, signal.SIGKILL)
    shutil.rmtree(run, ignore_errors=True)


def is_alive(pid: int) -> bool:
    """Whether a process runs (one that ended and was not collected does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return status.rpartition(")")[2].split()[0] != "Z"
    return True


def _recorded(run: Path) -> list[int]:
    found = [path.read_text(encoding="utf-8") for path in run.glob(f"*/{PID_FILE}")]
    return [int(text) for text in found if text.isdigit()]


def _is_ours(pid: int, run: Path) -> bool:
    """Alive, and at home in ``run``: the number may have gone to somebody else since."""
    if not is_alive(pid):
        return False
    if not Path("/proc/self/cwd").exists():
        return True
    try:
        return Path(f"/proc/{pid}/cwd").resolve().is_relative_to(run.resolve())
    except OSError:
        return False


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def main(run: Path, owner: int) -> None:
    """Wait until the owner, or its directory, is gone."""
    while run.exists() and is_alive(owner):
        time.sleep(_POLL_S)
    take_down(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
