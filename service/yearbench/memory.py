"""How much memory this process holds."""

import os
from pathlib import Path

_MIB = 1024 * 1024


def held_mib() -> float:
    """What this process holds now, in MiB; where the system does not say, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / _MIB, 1)
    except OSError:
        import resource

        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
