"""``sf ui``: the page."""

import os
from argparse import Namespace

from ui.launch import run as become_the_page

from ...presence import announced
from ...sources import address, key_for
from ..common import settings_of
from ..console import Console


def run(arguments: Namespace, console: Console) -> int:
    """Become the page's server, on loopback, for the server that answers."""
    loaded = settings_of(arguments)
    settings = loaded.settings
    is_given = any(loaded.sources[name] != "default" for name in ("host", "port"))
    url = address(settings) if is_given else announced(settings.data_dir) or address(settings)
    console.note(f"page: http://127.0.0.1:{arguments.page_port} (shows {url}; Ctrl-C stops it)")
    console.flush()
    become_the_page(url, os.environ, key=key_for(settings) or "", port=arguments.page_port)
