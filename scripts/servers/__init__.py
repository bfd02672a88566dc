"""Real servers as ordinary processes, for tests and for `make services`.

Each runs in a throw-away directory on free loopback ports. ``running(name)`` gives a test
one of its own, to kill, pause and restart; ``shared.endpoint(name)`` gives the one that all
test processes of a run share.
"""

from .endpoint import Endpoint
from .process import Server
from .registry import NAMES, running
from .where import PartsMissing

__all__ = ["NAMES", "Endpoint", "PartsMissing", "Server", "running"]
