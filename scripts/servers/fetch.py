"""Bring the parts of each server into the cache, checked against their locks."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from . import jars
from .where import ROOT, PartsMissing, home_of, java, lock_of, postgres_bin

FROM_MAVEN = ("neo4j", "gremlin", "kafka")


def fetch(name: str) -> Path | None:
    """The folder of a server's parts, made if need be; None where the system brings them.

    Raises:
        PartsMissing: they cannot be had here; the message says why.
    """
    if name == "postgres":
        _installed(postgres_bin, "postgresql")
        return None
    if name in FROM_MAVEN:
        _installed(java, "default-jre-headless")
        _installed(_maven, "maven")
    home = home_of(name)
    if not (home / ".ready").exists():
        _build(name, home)
    return home


def lock(name: str) -> str:
    """The text of a Maven server's lock as it resolves today."""
    draft = home_of(name).with_name(f"{name}-lock.{os.getpid()}")
    try:
        return jars.lock_text(jars.resolved(name, draft))
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _build(name: str, home: Path) -> None:
    # Made beside its place and renamed, so that two builds at once cannot mix.
    draft = home.with_name(f"{home.name}.{os.getpid()}")
    try:
        if name in FROM_MAVEN:
            _check(name, jars.resolved(name, draft))
        else:
            _from_pypi(name, draft)
        (draft / ".ready").touch()
        if not home.exists():
            draft.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check(name: str, found: dict[str, str]) -> None:
    lines = lock_of(name).read_text(encoding="utf-8").splitlines()
    locked = dict(line.split(" ") for line in lines)
    if found != locked:
        other = sorted(set(found.items()) ^ set(locked.items()))
        raise PartsMissing(f"what Maven fetched for {name} is not what its lock holds: {other[:4]}")


def _from_pypi(name: str, draft: Path) -> None:
    uv = subprocess.run([ROOT / "scripts" / "find_uv.sh"], capture_output=True, text=True, check=True)
    subprocess.run(
        [uv.stdout.strip(), "pip", "install", "--quiet", "--no-deps", "--require-hashes",
         "--python", sys.executable, "--target", str(draft), "-r", str(lock_of(name))],
        check=True,
    )  # fmt: skip


def _installed(find: Callable[[], object], package: str) -> None:
    """What the system should bring; in CI it is installed."""
    try:
        find()
    except PartsMissing:
        if os.environ.get("CI") != "true" or os.geteuid() != 0:
            raise
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=quiet, check=True, stdout=subprocess.DEVNULL)
        find()


def _maven() -> None:
    if shutil.which("mvn") is None:
        raise PartsMissing("no Maven on PATH: install the package maven")
