"""Starting the page: Streamlit in a process of its own, on loopback, without telemetry.

The key goes through the environment, never through the arguments, which any
user of the machine can read.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from signal_factory import errors
from signal_factory.errors import ConfigurationError

from .page_settings import DEFAULT_URL

_APP = Path(__file__).with_name("app.py")
_OPTIONS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "logger.level": "warning",
    "logger.hideWelcomeMessage": "true",
}


def command(address: str = "127.0.0.1", port: int = 8501, *, python: str = sys.executable) -> list[str]:
    """The argument list that starts the page; it holds no secret.

    Raises:
        ConfigurationError: ``port`` is no port.
    """
    if not 0 < port < 65_536:
        raise ConfigurationError(f"{port} is not a port", hint="Choose one between 1 and 65535.")
    options = _OPTIONS | {"server.address": address, "server.port": str(port)}
    return [
        python,
        "-m",
        "streamlit",
        "run",
        str(_APP),
        *(f"--{name}={value}" for name, value in options.items()),
    ]


def environment(
    base: Mapping[str, str], url: str = DEFAULT_URL, *, key: str = "", key_file: Path | None = None
) -> dict[str, str]:
    """``base`` with what the page needs: the API's address and its key or the file that holds it.

    With neither given, the key that ``base`` names stays in force.
    """
    made = dict(base) | {"SF_URL": url}
    if key or key_file is not None:
        made.pop("SF_API_KEY", None)
        made.pop("SF_API_KEY_FILE", None)
    if key:
        made["SF_API_KEY"] = key
    elif key_file is not None:
        made["SF_API_KEY_FILE"] = str(key_file)
    found = [_APP.parents[1], Path(errors.__file__).parents[1]]
    made["PYTHONPATH"] = os.pathsep.join(filter(None, [*map(str, found), base.get("PYTHONPATH", "")]))
    return made


def run(
    url: str,
    base: Mapping[str, str],
    *,
    key: str = "",
    key_file: Path | None = None,
    address: str = "127.0.0.1",
    port: int = 8501,
) -> NoReturn:
    """Become the page's server: this process is replaced, so that every signal reaches it."""
    arguments = command(address, port)
    os.execve(arguments[0], arguments, environment(base, url, key=key, key_file=key_file))  # noqa: S606
