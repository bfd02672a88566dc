"""Input files: a path, a folder with a recording, or ``-`` for standard input."""

import gzip
import sys
import zlib
from pathlib import Path

from signal_factory.errors import BackendUnavailable

RECORDING = "events.ndjson"


def read_bytes(path: str) -> bytes:
    """All of a file; ``.gz`` is decompressed, a folder stands for the recording in it.

    Raises:
        BackendUnavailable: it cannot be read.
    """
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        file = Path(path)
        file = file / RECORDING if file.is_dir() else file
        data = file.read_bytes()
        return gzip.decompress(data) if file.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BackendUnavailable(f"{path} cannot be read: {reason}", hint="Check the path.") from None
