"""The engine, as a test calls it."""

import random
from datetime import datetime

from service.replay import replay_lines
from tests.scenarios.expecting import Json
from tests.scenarios.scenario import Scenario, rfc3339


def replay(scenario: Scenario, until: datetime | None = None) -> Json:
    """The contract's JSON document of a scenario's events."""
    return replay_lines(scenario.lines(), until=rfc3339(until) if until else None)


def shuffled_and_doubled(lines: list[str], seed: int = 7) -> list[str]:
    """Every line twice, in an order that has nothing to do with time."""
    mixed = [*lines, *lines]
    random.Random(seed).shuffle(mixed)
    return mixed
