"""Rows as the bytes of a Parquet file that knows the hash of its content, and back."""

from collections.abc import Sequence
from importlib import import_module
from io import BytesIO
from typing import Any

from signal_factory.errors import BackendUnavailable, ConfigurationError

from .rows import COLUMNS, Row, digest

_HASH = b"content_hash"


def encoded(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    """A Parquet file of these rows, all of them text; equal rows give equal bytes.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    pa, pq = _arrow()
    schema = pa.schema([(name, pa.string()) for name in columns], metadata={_HASH: digest(rows, columns)})
    sink = BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink, compression="zstd")
    return sink.getvalue()


def decoded(data: bytes, name: str, columns: Sequence[str] = COLUMNS) -> list[Row]:
    """The rows of such a file, called ``name`` in errors.

    Raises:
        BackendUnavailable: it is not what ``encoded`` wrote.
    """
    pa, pq = _arrow()
    try:
        table = pq.read_table(BytesIO(data))
        rows: list[Row] = table.to_pylist()
        notes: dict[bytes, bytes] = table.schema.metadata or {}
    except (pa.ArrowException, OSError):
        raise _damaged(name) from None
    if set(table.column_names) != {*columns} or notes.get(_HASH, b"").decode() != digest(rows, columns):
        raise _damaged(name)
    return rows


def is_installed() -> bool:
    """Whether the archive can be read and written here."""
    try:
        _arrow()
    except ConfigurationError:
        return False
    return True


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise ConfigurationError(
            "the archive needs pyarrow", hint="pip install 'signal-factory-engine[scale]'"
        ) from None


def _damaged(name: str) -> BackendUnavailable:
    return BackendUnavailable(
        f"the archive's {name} is not what was written there",
        hint="Put it back from a backup. Or remove it: `sf serve --rebuild` writes it anew from the events.",
    )
