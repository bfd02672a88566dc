"""Where a running server listens."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a client needs. ``url`` has no credentials in it; ``pid`` is the server's process."""

    url: str
    user: str = ""
    password: str = ""
    database: str = ""
    pid: int = 0

    def with_pid(self, pid: int) -> "Endpoint":
        """The same, of another process."""
        return replace(self, pid=pid)


def write(endpoint: Endpoint, path: Path) -> None:
    """Put it where other processes read it; they see all of it or nothing."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(endpoint)), encoding="utf-8")
    draft.replace(path)


def read(path: Path) -> Endpoint | None:
    """What ``write`` put there, if it did."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Endpoint(**cast("dict[str, str]", found))  # type: ignore[arg-type]
