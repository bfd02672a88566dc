"""Where the server of a data directory answers, for the other commands to find."""

import json
from pathlib import Path
from typing import Any, cast

from .lease import holder

_FILE = "server.json"


def announce(data_dir: Path, url: str) -> None:
    """Say that the process that holds the directory answers at ``url``."""
    (data_dir / _FILE).write_text(json.dumps({"url": url}), encoding="utf-8")


def withdraw(data_dir: Path) -> None:
    """Nothing answers any more."""
    (data_dir / _FILE).unlink(missing_ok=True)


def announced(data_dir: Path) -> str | None:
    """The address of the server that holds ``data_dir`` now; None without one."""
    path = data_dir / _FILE
    if not path.is_file() or holder(data_dir) is None:
        return None
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    url = cast("dict[str, Any]", found).get("url") if isinstance(found, dict) else None
    return url if isinstance(url, str) else None
