"""What an import costs: envelopes can be read without loading the models."""

from subprocess import run
from sys import executable

import pytest

import signal_factory
from signal_factory import wire


def modules_after(statement: str) -> set[str]:
    sdk = str(signal_factory.__path__[0]).removesuffix("/signal_factory")
    script = f"{statement}; import sys; print(*sys.modules)"
    done = run(
        [executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": sdk}
    )
    return set(done.stdout.split())


def test_reading_envelopes_loads_no_validation_library():
    assert "pydantic" not in modules_after("from signal_factory.wire import Envelope, read_line, KINDS")


def test_reading_bodies_does():
    assert "pydantic" in modules_after("from signal_factory.wire import parse_body")


@pytest.mark.parametrize("name", wire.__all__)
def test_every_exported_name_is_there(name: str):
    assert getattr(wire, name) is getattr(wire, name)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="no attribute"):
        _ = wire.nothing  # type: ignore[attr-defined]
