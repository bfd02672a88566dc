"""Tables whose every hour has a level of its own: what is usual of it has to be learned first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engines.driving import Driven, commit, on, registered

VOLUME: dict[str, Any] = {"volume": {"anomaly_threshold_pct": 40}}
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Steep:
    """Each hour of the day has a level of its own, between 200 and 200,000 rows.

    ``weekend`` is what weekends have of it, ``noise`` by which share days differ.
    """

    seed: int
    weekend: float
    noise: float
    first_hour: int

    def levels(self) -> list[float]:
        luck = Random(self.seed)
        return [200 * 1_000 ** luck.random() for _ in range(24)]

    def share(self, at: datetime, luck: Random) -> float:
        share = self.weekend if at.weekday() >= 5 else 1.0
        return share * luck.uniform(1 - self.noise, 1 + self.noise)

    def told(self, hours: int, last: float = 1.0, pieces: int = 1) -> Driven:
        """So many hours, each in one commit or several; the last one has ``last`` of its rows."""
        driven, luck = Driven().tell(registered("01 00:00", **VOLUME)), Random(-self.seed)
        levels = self.levels()
        for number in range(hours):
            at = on("04 00:07") + (self.first_hour + number) * HOUR
            rows = round(levels[at.hour] * self.share(at, luck) * (last if number == hours - 1 else 1.0))
            for piece in range(pieces):
                moment = at + piece * HOUR / pieces
                name = f"h{number}-{piece}"
                mark = f"{at:%Y-%m-%dT%H}" if pieces == 1 else ""
                driven.tell(commit(moment.strftime("%d %H:%M:%S"), name, mark, rows=rows // pieces))
        return driven.until(on("04 00:07") + (self.first_hour + hours) * HOUR)


STEEP = st.builds(Steep, st.integers(0, 999), st.floats(0.25, 1.0), st.floats(0, 0.3), st.integers(0, 191))


@given(STEEP, st.integers(8, 168))
@settings(max_examples=15, deadline=None)
def test_a_table_with_steep_days_alarms_in_no_healthy_first_week(table: Steep, hours: int) -> None:
    assert table.told(hours).of("VOLUME_ANOMALY") == []


@given(STEEP, st.integers(12, 168))
@settings(max_examples=4, deadline=None)
def test_nor_does_one_that_is_written_in_pieces(table: Steep, hours: int) -> None:
    assert table.told(hours, pieces=6).of("VOLUME_ANOMALY") == []


@given(STEEP, st.integers(337, 384), st.just(1))
@example(Steep(7, 0.3, 0.2, 11), 342, 6)
@example(Steep(8, 0.5, 0.3, 74), 377, 6)
@settings(max_examples=6, deadline=None)
def test_after_two_weeks_an_hour_with_a_tenth_of_its_rows_is_found(
    table: Steep, hours: int, pieces: int
) -> None:
    told = [each for each in table.told(hours, 0.1, pieces).of("VOLUME_ANOMALY") if each.is_bad]
    assert told[-1].signatures == ("VOLUME_LOW",)
    assert told[-1].promise
