"""What is there when a process is ready is not looked through at every collection."""

import gc
import weakref

from service.heap import spare_what_stays


class _Circle:
    def __init__(self) -> None:
        self.own = self


def test_what_is_there_stays_and_what_comes_later_is_still_freed() -> None:
    before = gc.get_threshold()
    try:
        spare_what_stays()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() > before
        seen = weakref.ref(_Circle())
        gc.collect()
        assert seen() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
