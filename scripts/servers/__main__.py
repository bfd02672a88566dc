"""``python -m servers fetch|up|lock [NAME…]``: what the Makefile's targets run."""

import argparse
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from . import fetch, shared
from .endpoint import Endpoint
from .process import ServerFailed
from .registry import NAMES
from .where import PartsMissing, lock_of


def main() -> int:
    """The exit code: 1 when a server that was asked for cannot be had."""
    parser = argparse.ArgumentParser(
        prog="servers", description="Real servers on loopback, without containers."
    )
    parser.add_argument("action", choices=("fetch", "up", "lock"))
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is named"
    )
    given = parser.parse_args()
    names = given.names or list(NAMES)
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"no such server: {', '.join(unknown)}")
    actions = {"fetch": _fetch, "up": _up, "lock": _lock}
    return actions[given.action](names)


def _fetch(names: list[str]) -> int:
    missing = 0
    for name in names:
        try:
            where = fetch.fetch(name)
        except PartsMissing as reason:
            missing += 1
            print(f"{name}: skipped, {reason}", file=sys.stderr)
        else:
            print(f"{name}: {where or 'installed'}", file=sys.stderr)
    return 1 if missing else 0


def _up(names: list[str]) -> int:
    _fetch(names)
    with shared.owned() as run, ThreadPoolExecutor(len(names)) as pool:
        for name, found in zip(names, pool.map(_started, names), strict=True):
            print(f"{name:<10} {found}", flush=True)
        print(f"\nTests use these with {shared.RUN}={run}\nCtrl-C takes them down.", flush=True)
        _wait()
    return 0


def _started(name: str) -> str:
    try:
        return _told(shared.endpoint(name))
    except (PartsMissing, ServerFailed) as reason:
        return f"not there: {reason}"


def _told(at: Endpoint) -> str:
    more = {"user": at.user, "password": at.password, "database": at.database, "pid": at.pid}
    return "  ".join([at.url, *(f"{name}={value}" for name, value in more.items() if value)])


def _wait() -> None:
    done = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        done.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    done.wait()


def _lock(names: list[str]) -> int:
    for name in set(names) & set(fetch.FROM_MAVEN):
        lock_of(name).write_text(fetch.lock(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
