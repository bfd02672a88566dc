"""The outbox and the courier: order, retries, the dead letter, digests, restarts."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from receivers import PAGERDUTY_BAD, PAGERDUTY_OK, Reply, receiving
from sqlalchemy import text

from service.routing.channels.open import channel_of
from service.routing.channels.port import Channel, Delivered, Outcome, Refused, Retry
from service.routing.config import PagerDutyRoute, Storm
from service.routing.config import Retry as RetrySettings
from service.routing.courier import Courier, delay_s
from service.routing.memory import Memories, Memory
from service.routing.message import Message, message_of
from service.routing.model import Kind, Notice, Snapshot, Told
from service.routing.outbox import Change, Outbox
from service.routing.references import Secrets
from service.routing.store import RoutesStore
from signal_factory.errors import ConfigurationError, NotFound

START = datetime(2026, 1, 19, 6, 0, tzinfo=UTC)
T0 = START.timestamp()
SEEN = Snapshot("inc-1", "Orders are late", "SEV-2", True, START, "ds://gold/orders", teams=("orders",))


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Scripted:
    """A channel that answers as told and keeps what it got."""

    outcomes: list[Outcome] = field(default_factory=list)
    got: list[tuple[str, str | None]] = field(default_factory=list)

    def deliver(self, message: Message, reference: str | None) -> Outcome:
        self.got.append((message.key, reference))
        return self.outcomes.pop(0) if self.outcomes else Delivered(f"ref-{message.key}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RoutesStore]:
    made = RoutesStore(tmp_path)
    yield made
    made.close()


def outbox(store: RoutesStore, most: int = 100) -> Outbox:
    return Outbox(store, Storm(most=most, within_s=300))


def change(
    kind: Kind, incident: str = "inc-1", *, number: int = 1, route: str = "here", team: str = "orders",
    is_pager: bool = False,
) -> Change:  # fmt: skip
    seen = replace(SEEN, incident_id=incident, teams=(team,))
    closes = (incident,) if kind is Kind.RESOLVED else ()
    notice = Notice(kind, route, f"{incident}/{kind}/{number}", team, seen, START, 1, closes=closes)
    told = Told(incident, seen.subject, START, is_open=kind is not Kind.RESOLVED, said=True)
    return Change(route, Memory(told, seen), (message_of(notice, None, None),), is_pager)


def courier(
    box: Outbox, channel: Channel, clock: Clock, counted: list[str] | None = None, **settings: float
) -> Courier:
    given = RetrySettings.model_validate({"tries": 3, **settings})
    told = counted if counted is not None else []
    return Courier("here", channel, box, given, clock, lambda: 1.0, lambda _, what: told.append(what))


def drain(one: Courier) -> int:
    steps = 0
    while one.step():
        steps += 1
    return steps


def states(store: RoutesStore) -> dict[str, str]:
    return {row["key"]: row["state"] for row in store.rows(text("SELECT key, state FROM outbox ORDER BY id"))}


def test_what_was_recorded_is_delivered_once_and_in_order(store: RoutesStore) -> None:
    box, channel, clock = outbox(store), Scripted(), Clock()
    box.record([change(Kind.OPENED), change(Kind.RESOLVED)], T0)
    assert drain(courier(box, channel, clock)) == 2
    assert channel.got == [("inc-1/opened/1", None), ("inc-1/resolved/1", "ref-inc-1/opened/1")]


def test_the_same_notice_recorded_twice_is_one(store: RoutesStore) -> None:
    box = outbox(store)
    for _ in range(2):
        box.record([change(Kind.OPENED)], T0)
    assert states(store) == {"inc-1/opened/1": "waiting"}


def test_a_later_word_waits_for_the_earlier_one_of_its_incident_only(store: RoutesStore) -> None:
    box, channel, clock = outbox(store), Scripted([Retry("no"), Delivered()]), Clock()
    box.record([change(Kind.OPENED), change(Kind.RESOLVED), change(Kind.OPENED, "inc-2")], T0)
    one = courier(box, channel, clock)
    assert drain(one) == 2
    assert [key for key, _ in channel.got] == ["inc-1/opened/1", "inc-2/opened/1"]
    clock.passes(10)
    drain(one)
    assert [key for key, _ in channel.got][2:] == ["inc-1/opened/1", "inc-1/resolved/1"]


def test_waits_grow_and_are_spread() -> None:
    settings = RetrySettings(base_s=2, cap_s=60)
    assert [delay_s(settings, n, 1.0) for n in range(1, 8)] == [2, 4, 8, 16, 32, 60, 60]
    assert delay_s(settings, 3, 0.0) == 4
    assert delay_s(settings, 100, 1.0) == 60


def test_after_the_last_try_a_message_is_dead_and_can_be_replayed(store: RoutesStore) -> None:
    box, clock, counted = outbox(store), Clock(), list[str]()
    channel = Scripted([Retry("HTTP 503")] * 3)
    box.record([change(Kind.OPENED)], T0)
    one = courier(box, channel, clock, counted)
    for _ in range(3):
        assert drain(one) == 1
        clock.passes(60)
    assert drain(one) == 0
    (dead,) = box.dead()
    assert (dead["route"], dead["attempts"], dead["error"]) == ("here", 3, "HTTP 503")
    assert dead["headline"] == "[SEV-2] Orders are late"
    assert box.replay(dead["id"], clock().timestamp()) == 1
    drain(one)
    assert states(store) == {"inc-1/opened/1": "sent"}
    assert counted == ["retried", "retried", "dead", "sent"]
    assert box.dead() == []


def test_a_refusal_is_dead_at_once_and_what_follows_goes_on(store: RoutesStore) -> None:
    box, channel = outbox(store), Scripted([Refused("HTTP 400"), Delivered()])
    box.record([change(Kind.OPENED), change(Kind.RESOLVED)], T0)
    drain(courier(box, channel, Clock()))
    assert states(store) == {"inc-1/opened/1": "dead", "inc-1/resolved/1": "sent"}


def test_all_dead_messages_can_be_replayed_and_others_cannot(store: RoutesStore) -> None:
    box = outbox(store)
    box.record([change(Kind.OPENED, f"inc-{n}") for n in range(3)], T0)
    drain(courier(box, Scripted([Refused("no")] * 3), Clock()))
    assert box.replay(None, T0) == 3
    with pytest.raises(NotFound):
        box.replay(1, T0)


def test_a_replayed_beginning_is_followed_by_its_end_again(store: RoutesStore) -> None:
    """A pager that is told late of what is over must not ring on."""
    box, clock = outbox(store), Clock()
    box.record([change(Kind.OPENED), change(Kind.RESOLVED), change(Kind.OPENED, "inc-2")], T0)
    drain(courier(box, Scripted([Refused("HTTP 400"), Delivered(), Delivered()]), clock))
    (dead,) = box.dead()
    assert box.replay(dead["id"], clock().timestamp()) == 1
    again = Scripted([Delivered(), Delivered()])
    assert drain(courier(box, again, clock)) == 2
    assert [key for key, _ in again.got] == ["inc-1/opened/1", "inc-1/resolved/1"]
    assert set(states(store).values()) == {"sent"}


def test_a_replayed_beginning_silences_no_later_one(store: RoutesStore) -> None:
    box, clock = outbox(store), Clock()
    box.record([change(Kind.OPENED), change(Kind.RESOLVED), change(Kind.REOPENED, number=2)], T0)
    drain(courier(box, Scripted([Refused("HTTP 400")]), clock))
    box.replay(None, clock().timestamp())
    again = Scripted()
    drain(courier(box, again, clock))
    assert [key for key, _ in again.got] == ["inc-1/opened/1"]


def test_retry_after_pauses_the_whole_route(store: RoutesStore) -> None:
    box, channel, clock = outbox(store), Scripted([Retry("HTTP 429", 30)]), Clock()
    box.record([change(Kind.OPENED), change(Kind.OPENED, "inc-2")], T0)
    one = courier(box, channel, clock)
    assert drain(one) == 1
    clock.passes(29)
    assert drain(one) == 0
    clock.passes(1)
    assert drain(one) == 2


def test_the_courier_rests_until_something_is_due(store: RoutesStore) -> None:
    box, clock = outbox(store), Clock()
    one = courier(box, Scripted([Retry("no")]), clock)
    one.plan(5)
    assert one.rest_s == 5
    box.record([change(Kind.OPENED)], T0)
    drain(one)
    one.plan(5)
    assert one.rest_s == 2
    clock.passes(10)
    one.plan(5)
    assert one.rest_s == pytest.approx(0.05)


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def deliver(self, message: Message, reference: str | None) -> Outcome:
        raise self.error


def test_a_channel_that_fails_by_itself_holds_nothing_up(store: RoutesStore) -> None:
    box = outbox(store)
    box.record([change(Kind.OPENED)], T0)
    drain(courier(box, Broken(ValueError("secret")), Clock()))
    assert box.dead()[0]["error"] == "internal error: ValueError"


def test_a_missing_secret_is_waited_for(store: RoutesStore) -> None:
    box, clock = outbox(store), Clock()
    box.record([change(Kind.OPENED)], T0)
    drain(courier(box, Broken(ConfigurationError("the secret env:X is missing")), clock))
    clock.passes(60)
    channel = Scripted()
    drain(courier(box, channel, clock))
    assert states(store) == {"inc-1/opened/1": "sent"}


def test_what_waits_for_a_route_that_is_gone_is_dead(store: RoutesStore) -> None:
    box = outbox(store)
    box.record([change(Kind.OPENED), change(Kind.OPENED, "inc-2", route="there")], T0)
    box.bury_strangers({"there"}, T0)
    assert states(store) == {"inc-1/opened/1": "dead", "inc-2/opened/1": "waiting"}


def test_a_storm_becomes_a_digest(store: RoutesStore) -> None:
    box, channel, clock = outbox(store, most=3), Scripted(), Clock()
    box.record([change(Kind.OPENED, f"inc-{n}") for n in range(8)], T0)
    one = courier(box, channel, clock)
    assert drain(one) == 3
    clock.passes(299)
    box.fold(clock().timestamp(), ())
    assert drain(one) == 0
    clock.passes(1)
    box.fold(clock().timestamp(), ())
    assert drain(one) == 1
    row = store.rows(text("SELECT message FROM outbox WHERE kind = 'digest'"))[0]
    digest = Message.model_validate_json(row["message"])
    assert digest.headline == "[SEV-2] 5 more notices for orders"
    assert [each.rpartition("(")[2] for each in digest.items] == [f"inc-{n})" for n in range(3, 8)]


def test_another_team_or_route_has_a_storm_of_its_own(store: RoutesStore) -> None:
    box = outbox(store, most=2)
    box.record([change(Kind.OPENED, f"inc-{n}", team=f"team-{n % 2}") for n in range(4)], T0)
    box.record([change(Kind.OPENED, f"inc-{n}", route="there") for n in range(2)], T0)
    rows = store.rows(text("SELECT state FROM outbox"))
    assert {row["state"] for row in rows} == {"waiting"}


def test_the_storm_is_over_when_it_has_been_quiet(store: RoutesStore) -> None:
    box = outbox(store, most=1)
    box.record([change(Kind.OPENED)], T0)
    box.record([change(Kind.OPENED, "inc-2")], T0 + 301)
    assert set(states(store).values()) == {"waiting"}


def test_one_held_message_is_sent_as_itself(store: RoutesStore) -> None:
    box = outbox(store, most=1)
    box.record([change(Kind.OPENED), change(Kind.OPENED, "inc-2")], T0)
    box.fold(T0 + 300, ())
    assert states(store) == {"inc-1/opened/1": "waiting", "inc-2/opened/1": "waiting"}


def test_a_digest_on_a_pager_ends_when_all_it_told_of_has_ended(store: RoutesStore) -> None:
    box, clock = outbox(store, most=1), Clock()
    names = [f"inc-{n}" for n in range(3)]
    box.record([change(Kind.OPENED, name, is_pager=True) for name in names], T0)
    clock.passes(300)
    box.fold(clock().timestamp(), {"here"})
    for name in names:
        before = states(store)
        assert not any(key.startswith("digest/") and key.endswith("/resolved") for key in before)
        box.record([change(Kind.RESOLVED, name, is_pager=True)], clock().timestamp())
    end = [key for key in states(store) if key.startswith("digest/") and key.endswith("/resolved")]
    assert len(end) == 1
    with receiving(PAGERDUTY_OK) as receiver:
        route = PagerDutyRoute(channel="pagerduty", routing_key="env:KEY", url=receiver.url)
        channel = channel_of(route, Secrets({"KEY": "0123456789abcdef" * 2}, Path()), clock, 5.0)
        assert drain(courier(box, channel, clock)) == 6
    actions = [(each.json["event_action"], each.json["dedup_key"]) for each in receiver.got]
    assert actions[0] == ("trigger", "inc-0")
    assert actions[1][0] == "trigger"
    assert actions[-1] == ("resolve", actions[1][1])


def test_what_ended_while_it_was_held_leaves_no_digest_ringing(store: RoutesStore) -> None:
    box = outbox(store, most=1)
    box.record([change(Kind.OPENED, f"inc-{n}", is_pager=True) for n in range(3)], T0)
    box.record([change(Kind.RESOLVED, f"inc-{n}", is_pager=True) for n in range(3)], T0 + 1)
    box.fold(T0 + 300, {"here"})
    assert [key for key in states(store) if key.startswith("digest/")][1].endswith("/resolved")


def test_memory_and_messages_survive_a_restart(tmp_path: Path) -> None:
    first = RoutesStore(tmp_path)
    outbox(first).record([change(Kind.OPENED)], T0)
    first.close()
    second = RoutesStore(tmp_path)
    known = Memories(second).get("here", "inc-1")
    assert known is not None
    assert known.told.is_open
    assert known.seen.title == "Orders are late"
    assert outbox(second).due("here", T0) is not None
    second.close()


def test_what_is_long_settled_is_forgotten(store: RoutesStore) -> None:
    box = outbox(store)
    box.record([change(Kind.OPENED), change(Kind.OPENED, "inc-2"), change(Kind.RESOLVED, "inc-2")], T0)
    drain(courier(box, Scripted(), Clock()))
    box.purge(T0 + 1)
    assert states(store) == {}
    assert [row["incident_id"] for row in store.rows(text("SELECT incident_id FROM told"))] == ["inc-1"]


def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    made = RoutesStore(tmp_path)
    with made.transaction() as db:
        db.execute(text("PRAGMA user_version=99"))
    made.close()
    with pytest.raises(ConfigurationError, match="newer version"):
        RoutesStore(tmp_path)


def test_pagerduty_s_own_answers_lead_through_retry_to_the_end_or_the_dead_letter(store: RoutesStore) -> None:
    box, clock, counted = outbox(store), Clock(), list[str]()
    with receiving(PAGERDUTY_OK) as receiver:
        route = PagerDutyRoute(channel="pagerduty", routing_key="env:KEY", url=receiver.url)
        channel = channel_of(route, Secrets({"KEY": "0123456789abcdef" * 2}, Path()), clock, 5.0)
        one = courier(box, channel, clock, counted, tries=5)
        receiver.answers(Reply(500), Reply(429, "", {"Retry-After": "40"}), Reply(200, hangs_up=True))
        box.record([change(Kind.OPENED)], T0)
        for wait in (2, 40, 8):
            assert drain(one) == 1
            clock.passes(wait - 0.5)
            assert drain(one) == 0
            clock.passes(0.5)
        assert drain(one) == 1
        receiver.answers(PAGERDUTY_BAD)
        box.record([change(Kind.OPENED, "inc-2")], clock().timestamp())
        drain(one)
        assert {each.json["dedup_key"] for each in receiver.got[:4]} == {"inc-1"}
    assert counted == ["retried"] * 3 + ["sent", "dead"]
    assert "Length of 'routing_key' is incorrect" in box.dead()[0]["error"]
