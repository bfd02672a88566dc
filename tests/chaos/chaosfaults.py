"""What is done to servers, and what clients may be told meanwhile."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx
from chaosclients import Asker, Face, Said, told
from fleetprocess import eventually

from servers import Server

BOUND_S = 45.0
"""No answer may take longer: 30 seconds (docs/fleet.md), and what a busy machine adds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A server that is paused for some seconds, or killed and started again."""

    server: str
    is_paused: bool
    seconds: float = 1.0

    def __str__(self) -> str:
        return f"{self.server} {'paused' if self.is_paused else 'killed'}"


def strike(server: Server, fault: Fault) -> None:
    """Do it; the server answers again when this returns."""
    if fault.is_paused:
        server.pause()
        time.sleep(fault.seconds)
        server.resume()
        server.wait()
        return
    server.kill()
    time.sleep(fault.seconds)
    server.start()


def until_well(client: httpx.Client) -> None:
    """Until the service says that it is ready, and answers from all it needs."""

    def is_well() -> bool:
        return all(client.get(path).is_success for path in ("/ready", "/api/v1/stats", "/metrics"))

    eventually(is_well)


def check_told(said: Sequence[Said], fault: Fault) -> None:
    """Every answer came in time, and is right or says why there is none."""
    for each in said:
        assert each.status in (200, 503), f"{fault}: {each}"
        assert each.seconds < BOUND_S, f"{fault}: {each.what} took {each.seconds:.0f} s"
        if each.status == 503:
            assert each.reason, f"{fault}: {each}"


def baseline(client: httpx.Client, asked: Sequence[Face]) -> Mapping[str, object]:
    """What is answered while all is well."""
    found = {face.name: told(face.name, client, face.ask) for face in asked}
    wrong = [each for each in found.values() if each.status != 200 or each.reason]
    assert wrong == []
    return {face.name: found[face.name].document for face in asked if face.is_steady}


def check_right(said: Sequence[Said], right: Mapping[str, object], names: str, fault: Fault) -> int:
    """What was answered is what was right before; the number of answers that told what is away.

    ``names`` is how a reason names the server: one that is given names nothing else.
    """
    count = 0
    for each in said:
        if each.status == 503 or (each.reason and each.what == "mcp"):
            count += names in each.reason
        elif each.what in right:
            assert each.document == right[each.what], f"{fault}: {each.what} was answered otherwise"
    return count


def during(client: httpx.Client, asked: Sequence[Face], act: Callable[[], None]) -> list[Said]:
    """What is answered while ``act`` goes on, and until all is well again."""
    asker = Asker(client, asked)
    asker.start()
    try:
        act()
        until_well(client)
    finally:
        asker.stop()
    return asker.said
