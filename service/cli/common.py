"""What several commands do alike."""

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..settings import LoadedSettings


def settings_of(arguments: Namespace, **more: Any) -> "LoadedSettings":
    """Settings with what was typed on top.

    Raises:
        ConfigurationError: a value does not fit.
    """
    from ..settings import load_settings  # commands that need none start sooner without

    typed = {name: getattr(arguments, name, None) for name in ("data_dir", "graph_url", "host", "port")}
    return load_settings({**typed, **more}, os.environ)


def wants_json(arguments: Namespace) -> bool:
    """Whether a program reads the output."""
    return getattr(arguments, "format", None) == "json"
