"""One holder at a time, by the database's clock; and whoever was taken over from writes nothing more."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from state_places import Place, place_of

from service.eventlog import EventLog
from service.fleetlease import FleetLease
from service.lease import FileLease, Lease, LeaseLost
from signal_factory.times import parse_time

LONG_S, OVER_S = 60.0, 0.0
NOW = parse_time("2026-01-19T02:00:00Z")


@pytest.fixture
def log(place: Place) -> Iterator[EventLog]:
    made = place.log()
    yield made
    made.close()


def test_one_holder_keeps_others_out_until_it_lets_go(log: EventLog) -> None:
    first, second = log.lease("first", LONG_S), log.lease("second", LONG_S)
    assert (first.acquire(), second.acquire()) == (True, False)
    assert (first.token, second.token) == (1, 0)
    first.release()
    assert second.acquire()
    assert (first.token, second.token) == (0, 2)


def test_a_lease_that_ran_out_is_free_and_its_old_holder_learns_that_it_is_lost(log: EventLog) -> None:
    paused, other = log.lease("paused", OVER_S), log.lease("other", LONG_S)
    assert paused.acquire()
    assert other.acquire()
    with pytest.raises(LeaseLost):
        paused.renew()
    assert paused.token == 0
    assert not paused.acquire()


def test_one_that_ran_out_and_that_nobody_took_can_be_renewed(log: EventLog) -> None:
    lease = log.lease("alone", OVER_S)
    lease.acquire()
    lease.renew()
    assert lease.token == 1


def test_to_take_it_again_is_no_change_of_holder(log: EventLog) -> None:
    lease = log.lease("alone", LONG_S)
    assert [(lease.acquire(), lease.token) for _ in range(3)] == [(True, 1)] * 3


def test_to_let_go_of_what_was_lost_takes_nothing_from_the_new_holder(log: EventLog) -> None:
    old, new = log.lease("old", OVER_S), log.lease("new", LONG_S)
    old.acquire()
    new.acquire()
    old.release()
    assert not log.lease("third", LONG_S).acquire()


def test_everyone_can_see_who_has_it_and_for_how_long(log: EventLog) -> None:
    lease = log.lease("me", LONG_S)
    assert lease.held() is None
    lease.acquire()
    held = log.lease("another", LONG_S).held()
    assert held is not None
    assert (held.holder, held.token) == ("me", 1)
    assert 0 < held.remaining_s <= LONG_S


def test_state_is_saved_by_the_holder_only(log: EventLog, place: Place) -> None:
    other = place.log()
    mine, theirs = log.lease("mine", OVER_S), other.lease("theirs", LONG_S)
    log.guard(mine)
    other.guard(theirs)
    assert mine.acquire()
    log.save_state({"a": "1"}, 5)
    assert theirs.acquire()
    other.save_state({"a": "2"}, 6)
    for write in (lambda: log.save_state({"a": "stale", "b": "stale"}, 5), log.forget_state):
        with pytest.raises(LeaseLost):
            write()
    saved = log.load_state()
    assert (dict(saved.rows), saved.offset) == ({"a": "2"}, 6)
    other.close()


def test_who_never_had_it_saves_nothing(log: EventLog) -> None:
    log.guard(log.lease("nobody", LONG_S))
    with pytest.raises(LeaseLost):
        log.save_state({"a": "1"}, 1)
    assert log.load_state().offset == 0


LEASES: dict[str, Callable[[EventLog, Path, int], Lease]] = {
    "file": lambda _, where, number: FileLease(where, lambda: NOW),
    "fleet": lambda log, where, number: log.lease(f"holder-{number}", LONG_S),
}


@pytest.mark.parametrize("kind", list(LEASES))
def test_both_kinds_of_lease_keep_the_same_promises(tmp_path: Path, kind: str) -> None:
    log = EventLog(tmp_path)
    first, second = (LEASES[kind](log, tmp_path, number) for number in range(2))
    assert (first.acquire(), first.acquire(), second.acquire()) == (True, True, False)
    assert (first.token, second.token) == (1, 0)
    first.renew()
    with pytest.raises(LeaseLost):
        second.renew()
    first.release()
    first.release()
    with pytest.raises(LeaseLost):
        first.renew()
    assert second.acquire()
    second.release()
    log.close()


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["acquire", "renew", "release", "run out"])), max_size=30
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_three_do_one_has_it_and_tokens_only_grow(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    log = EventLog(tmp_path_factory.mktemp("log"))
    three = [log.lease(f"holder-{number}", LONG_S) for number in range(3)]
    owner, is_over, newest = None, True, 0
    for number, step in steps:
        lease = three[number]
        if step == "acquire":
            is_free = owner is None or is_over or owner == number
            assert lease.acquire() is is_free
            owner, is_over = (number, False) if is_free else (owner, is_over)
        elif step == "renew":
            assert renewed(lease) is (owner == number and lease.token != 0)
            is_over = is_over and lease.token == 0
        elif step == "release":
            is_over = is_over or (owner == number and lease.token != 0)
            lease.release()
        elif owner is not None:
            run_out(log, three[owner])
            is_over = True
        held = three[0].held()
        assert (held.token if held else 0) >= newest
        newest = held.token if held else 0
    log.close()


def renewed(lease: FleetLease) -> bool:
    try:
        lease.renew()
    except LeaseLost:
        return False
    return True


def run_out(log: EventLog, lease: FleetLease) -> None:
    """Its time passes, without waiting for it."""
    if lease.token:
        gone = log.lease(f"holder-{lease.holder.rpartition('-')[2]}", OVER_S)
        assert gone.acquire()


HOLDER = """
import sys
from pathlib import Path
from service.eventlog import EventLog
from service.lease import LeaseLost

log = EventLog(Path(sys.argv[1]), state_url=sys.argv[2])
lease = log.lease(sys.argv[3], float(sys.argv[4]))
log.guard(lease)
for line in sys.stdin:
    word, _, value = line.strip().partition(" ")
    try:
        if word == "save":
            log.save_state({"who": value}, int(value.split("-")[1]))
            told = "saved"
        else:
            told = f"{lease.acquire()} {lease.token}"
    except LeaseLost:
        told = "lost"
    print(told, flush=True)
"""


class Holder:
    """A process of its own that does as it is told."""

    def __init__(self, place: Place, name: str, ttl_s: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(place.data_dir), place.state_url, name, str(ttl_s)],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, line: str) -> str:
        self.tell(line)
        return self.answer()

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.communicate()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_process_that_was_paused_past_its_lease_wakes_up_and_writes_nothing(
    kind: str, tmp_path: Path
) -> None:
    place = place_of(kind, tmp_path)
    place.log().close()
    old, new = Holder(place, "old", 1.0), Holder(place, "new", LONG_S)
    try:
        assert old.ask("acquire") == "True 1"
        assert old.ask("save old-1") == "saved"
        os.kill(old.process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, old.process.pid, os.WSTOPPED | os.WNOWAIT)
        old.tell("save old-3")
        answers = iter(lambda: new.ask("acquire"), "True 2")
        assert all(told == "False 0" for told in answers)
        assert new.ask("save new-2") == "saved"
        os.kill(old.process.pid, signal.SIGCONT)
        assert old.answer() == "lost"
        assert old.ask("acquire") == "False 0"
    finally:
        old.end()
        new.end()
    log = place.log(read_only=True)
    saved = log.load_state()
    log.close()
    assert (dict(saved.rows), saved.offset) == ({"who": "new-2"}, 2)
