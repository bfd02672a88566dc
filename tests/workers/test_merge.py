"""Several partitions, one order."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from service.kafka.merge import Arrived, Merge

START = datetime(2026, 3, 2, tzinfo=UTC)
ALL = 3


def _arrived(partition: int, offset: int, second: int) -> Arrived[tuple[int, int, int]]:
    at = START + timedelta(seconds=second)
    return Arrived(at, b"", ("evidence", partition), offset, (second, partition, offset))


def _made(most: int = 1_000) -> Merge[tuple[int, int, int]]:
    merge: Merge[tuple[int, int, int]] = Merge(most)
    merge.assign([("evidence", each) for each in range(ALL)])
    return merge


partitions = st.lists(st.lists(st.integers(0, 30), max_size=8).map(sorted), min_size=ALL, max_size=ALL)


@given(partitions, st.randoms(use_true_random=False))
def test_what_each_partition_has_in_order_comes_out_in_one_order(
    times: list[list[int]], chance: Random
) -> None:
    merge, out = _made(), list[tuple[int, int, int]]()
    waiting = [(partition, list(enumerate(seconds))) for partition, seconds in enumerate(times)]
    while waiting:
        index = chance.randrange(len(waiting))
        partition, left = waiting[index]
        if left:
            merge.add(_arrived(partition, *left.pop(0)))
        else:
            merge.ended(("evidence", partition))
            waiting.pop(index)
        out += merge.take()
    assert [each[0] for each in out] == sorted(second for seconds in times for second in seconds)
    assert merge.is_drained
    assert merge.offsets() == {
        ("evidence", partition): len(seconds) for partition, seconds in enumerate(times) if seconds
    }


@given(partitions, st.integers(1, 5))
def test_no_more_is_held_than_asked_for_when_partitions_ahead_wait(
    times: list[list[int]], limit: int
) -> None:
    """One partition is read to its end before the next, as far as it is not held back."""
    merge, out, most = _made(), list[tuple[int, int, int]](), 0
    waiting = {partition: list(enumerate(seconds)) for partition, seconds in enumerate(times)}
    while waiting:
        ahead = merge.ahead() if merge.held >= limit else set[tuple[str, int]]()
        partition = next(each for each in waiting if ("evidence", each) not in ahead)
        if waiting[partition]:
            merge.add(_arrived(partition, *waiting[partition].pop(0)))
        else:
            merge.ended(("evidence", partition))
            del waiting[partition]
        out += merge.take()
        most = max(most, merge.held)
    assert [each[0] for each in out] == sorted(second for seconds in times for second in seconds)
    assert most <= limit + ALL


def test_nothing_goes_on_while_a_partition_may_bring_something_earlier() -> None:
    merge = _made()
    merge.add(_arrived(0, 0, 5))
    merge.ended(("evidence", 1))
    assert merge.take() == []
    merge.add(_arrived(2, 0, 3))
    assert merge.take() == [(3, 2, 0)]
    assert merge.offsets() == {("evidence", 0): 0, ("evidence", 2): 1}


def test_too_many_that_wait_go_on_as_they_are() -> None:
    merge = _made(most=2)
    merge.add(_arrived(0, 0, 5))
    merge.add(_arrived(0, 1, 4))
    assert merge.take() == [(4, 0, 1), (5, 0, 0)]


def test_a_partition_that_goes_to_another_reader_takes_what_was_held_with_it() -> None:
    merge = _made()
    merge.add(_arrived(0, 0, 5))
    merge.assign([("evidence", 1)])
    merge.ended(("evidence", 1))
    assert merge.take() == []
    assert merge.offsets() == {}
