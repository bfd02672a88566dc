"""Which version this is."""

from importlib import metadata


def version() -> str:
    """The installed version; ``0`` when run from a bare checkout."""
    try:
        return metadata.version("signal-factory-engine")
    except metadata.PackageNotFoundError:
        return "0"
