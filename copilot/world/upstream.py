"""The tables above a table, nearest first."""

from collections.abc import Callable, Iterator

from .neighbourhood import World


def _any(_: str) -> bool:
    return True


def ways_up(
    world: World, below: tuple[str, ...], depth: int, passes: Callable[[str], bool] = _any
) -> Iterator[tuple[str, ...]]:
    """The way down from each table above the first of ``below``, up to ``depth`` hops, each table once.

    A table that does not pass is left out, with what is reached through it alone.
    """
    ways, seen = [below], set(below)
    for _ in range(depth):
        grown: list[tuple[str, ...]] = []
        for way in ways:
            for source in world.sources(way[0]):
                if source not in seen and passes(source):
                    seen.add(source)
                    grown.append((source, *way))
        yield from grown
        ways = grown
