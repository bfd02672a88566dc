"""Which database holds the state: Postgres where an address is given, else files of the data directory."""

from pathlib import Path

from signal_factory.errors import ConfigurationError

from .database import Database
from .tables import Part


def open_part(data_dir: Path, part: Part, state_url: str = "", *, read_only: bool = False) -> Database:
    """The database that holds ``part``, made or brought up to date unless ``read_only``.

    Raises:
        BackendUnavailable: it cannot be reached or opened, or does not exist (read-only).
        ConfigurationError: a newer version wrote it, the address is none, or the driver is missing.
    """
    if not state_url:
        from .sqlite import open_file

        return open_file(data_dir, part, read_only=read_only)
    try:
        from .postgres import open_server
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"state_url needs {error.name}, which is not installed",
            hint="Install it: pip install 'signal-factory-engine[scale]'.",
        ) from None
    return open_server(state_url, read_only=read_only)
