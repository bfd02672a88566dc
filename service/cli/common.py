"""What several commands do alike."""

import os
from argparse import Namespace
from typing import Any

from ..settings import LoadedSettings, load_settings


def settings_of(arguments: Namespace, **more: Any) -> LoadedSettings:
    """Settings with what was typed on top.

    Raises:
        ConfigurationError: a value does not fit.
    """
    typed = {name: getattr(arguments, name, None) for name in ("data_dir", "host", "port")}
    return load_settings({**typed, **more}, os.environ)


def wants_json(arguments: Namespace) -> bool:
    """Whether a program reads the output."""
    return getattr(arguments, "format", None) == "json"
