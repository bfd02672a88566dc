"""The pytest side: one set a run, and a missing server is a skip with its reason, or a failure in CI."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from . import shared
from .endpoint import Endpoint
from .where import PartsMissing

_T = TypeVar("_T")
_OWNED = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process owns the set, unless `make services` lends one."""
    stack = config.stash[_OWNED] = ExitStack()
    lent = os.environ.get(shared.RUN)
    if not hasattr(config, "workerinput") and not (lent and Path(lent).is_dir()):
        stack.enter_context(shared.owned())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Servers end with the tests."""
    config.stash[_OWNED].close()


def shared_server(name: str) -> Endpoint:
    """The run's server of that name; the test is skipped, or fails, where it cannot be had."""
    return needed(lambda: shared.endpoint(name))


def needed(start: Callable[[], _T]) -> _T:
    """What ``start`` gives; the test is skipped, or fails, where parts are missing."""
    try:
        return start()
    except PartsMissing as reason:
        _missing(str(reason))


def _missing(reason: str) -> NoReturn:
    if os.environ.get("SF_REQUIRE_SERVERS"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
