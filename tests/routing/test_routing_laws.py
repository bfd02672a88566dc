"""Laws of routing, for any order of events, looks, restarts and crashes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.readmodel import Document, ReadModel
from service.routing.channels.mail import composed
from service.routing.channels.port import Delivered, Outcome, Refused, Retry
from service.routing.channels.slack import escaped
from service.routing.config import MailRoute, Routes
from service.routing.courier import Courier
from service.routing.decide import Ear, decide
from service.routing.directory import Directory
from service.routing.dispatcher import Dispatcher
from service.routing.memory import Memories
from service.routing.message import Message, message_of
from service.routing.model import Kind, Notice, Policy, Snapshot, Told
from service.routing.outbox import Outbox
from service.routing.store import RoutesStore
from service.routing.wording import line, paragraph, shortened_bytes
from signal_factory.errors import BackendUnavailable, NotFound
from signal_factory.times import format_time

START = datetime(2026, 1, 19, 6, 0, tzinfo=UTC)
HERE = "here"
QUIET: dict[str, Any] = {
    "flapping": {"most": 1000, "within_s": 1}, "storm": {"most": 100_000}, "retry": {"tries": 100, "cap_s": 10},
    "escalate_after_h": {"tier_1": 1e5, "tier_2": 1e5, "tier_3": 1e5},
}  # fmt: skip
INCIDENTS = ("inc-a", "inc-b")


@dataclass
class World:
    """Incidents as a read model tells them."""

    states: dict[str, tuple[str, str]] = field(default_factory=dict)

    def incidents(self, **asked: Any) -> Document:
        found = [self._document(name) for name, (state, _) in self.states.items() if state == "open"]
        return {"items": found, "next_cursor": None}

    def incident(self, incident_id: str) -> Document:
        if self.states.get(incident_id, ("gone", ""))[0] == "gone":
            raise NotFound("gone")
        return self._document(incident_id)

    def _document(self, name: str) -> Document:
        state, severity = self.states[name]
        cause = {"root_cause": None, "blast_radius": [], "narrative": "", "confidence": {"level": "LOW"}}
        return {
            "incident_id": name, "title": name, "severity": severity, "created_at": format_time(START),
            "status": "OPEN" if state == "open" else "RESOLVED", "dataset_urn": f"ds://x/{name}",
            "datasets": [], "tier": 1, "impact": {}, "freshness_of_evidence": "FRESH", "rca": cause,
        }  # fmt: skip


@dataclass
class Ears:
    """A receiver that keeps one of each key, and fails as it is told."""

    outcomes: list[Outcome] = field(default_factory=list)
    heard: dict[str, Message] = field(default_factory=dict)
    crashes: bool = False

    def deliver(self, message: Message, reference: str | None) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Delivered()
        if isinstance(outcome, Delivered):
            self.heard.setdefault(message.key, message)
            if self.crashes:
                raise KeyboardInterrupt
        return outcome

    def kinds(self, incident: str) -> list[Kind]:
        return [each.kind for each in self.heard.values() if each.incident_id == incident]


class Site:
    """One data directory whose process can stop at any point."""

    def __init__(self, data_dir: Path, given: dict[str, Any]) -> None:
        self.data_dir, self.now, self.world, self.ears = data_dir, START, World(), Ears()
        route = {"channel": "slack", "webhook": "env:X"}
        self.routes = Routes.model_validate({**given, "to": {HERE: route}})
        self.start()

    def start(self) -> None:
        self.store = RoutesStore(self.data_dir)
        self.outbox = Outbox(self.store, self.routes.storm)
        self.dispatcher = Dispatcher(
            self.routes, cast("ReadModel", self.world), Directory(lambda _: None, self.routes, self.clock),
            Memories(self.store), self.outbox, self.clock, self.clock,
        )  # fmt: skip
        self.courier = Courier(
            HERE, self.ears, self.outbox, self.routes.retry, self.clock, lambda: 0.5, lambda *_: None
        )

    def clock(self) -> datetime:
        return self.now

    def restart(self) -> None:
        self.store.close()
        self.start()

    def look(self, crash: str) -> None:
        if crash == "before":
            self.dispatcher.changes()
        elif crash == "after":
            self.outbox.record(self.dispatcher.changes(), self.now.timestamp())
        else:
            self.dispatcher.look()
        if crash:
            self.restart()

    def deliver(self, *, crashes: bool = False) -> None:
        self.ears.crashes = crashes
        try:
            while self.courier.step():
                pass
        except KeyboardInterrupt:
            self.restart()
        self.ears.crashes = False


@contextmanager
def site(given: dict[str, Any]) -> Iterator[Site]:
    with TemporaryDirectory() as name:
        made = Site(Path(name), given)
        try:
            yield made
        finally:
            made.store.close()


STATES = st.tuples(
    st.sampled_from(INCIDENTS), st.sampled_from(["open", "open", "closed", "gone"]),
    st.sampled_from(["SEV-1", "SEV-2", "SEV-3"]),
)  # fmt: skip
CRASHES = st.sampled_from(["", "", "", "before", "after"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.tuples(STATES, CRASHES)),
        st.tuples(st.just("change"), st.tuples(STATES, CRASHES)),
        st.tuples(st.just("deliver"), st.tuples(st.integers(0, 2), st.booleans())),
        st.tuples(st.just("restart"), st.integers(1, 30)),
    ),
    min_size=5,
    max_size=30,
)


class Expected:
    """What there is to hear of one incident: the simplest account of it."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.worst = ""

    def look(self, state: str, severity: str) -> None:
        if state != "open":
            if self.worst:
                self.kinds.append(Kind.RESOLVED)
            self.worst = ""
        elif not self.worst:
            self.kinds.append(Kind.REOPENED if self.kinds else Kind.OPENED)
            self.worst = severity
        elif severity < self.worst:
            self.kinds.append(Kind.RAISED)
            self.worst = severity


@settings(max_examples=60)
@given(STEPS)
def test_every_change_that_was_looked_at_is_heard_once_and_in_order(steps: list[tuple[str, Any]]) -> None:
    expected = {name: Expected() for name in INCIDENTS}
    with site(QUIET) as here:
        for what, how in steps:
            if what == "change":
                (name, *state), crash = how
                here.world.states[name] = (state[0], state[1])
                here.look(crash)
                for each, now in here.world.states.items() if crash != "before" else ():
                    expected[each].look(*now)
            elif what == "deliver":
                here.ears.outcomes = [Retry("no")] * how[0]
                here.deliver(crashes=how[1])
            else:
                here.now += timedelta(seconds=how)
                here.restart()
        here.ears.outcomes.clear()
        for _ in range(3):
            here.now += timedelta(hours=1)
            here.deliver()
        for name in INCIDENTS:
            assert here.ears.kinds(name) == expected[name].kinds
        assert here.outbox.dead() == []


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 2000), st.booleans()), max_size=30),
    st.integers(1, 3),
)
def test_however_it_flaps_the_receiver_hears_little_and_ends_up_knowing_the_truth(
    changes: list[tuple[bool, int, bool]], most: int
) -> None:
    with site({**QUIET, "flapping": {"most": most, "within_s": 3600}}) as here:
        said: list[datetime] = []
        for is_open, wait, restarts in changes:
            here.now += timedelta(seconds=wait)
            here.world.states["inc-a"] = ("open" if is_open else "closed", "SEV-2")
            before = len(here.ears.heard)
            here.look("")
            here.deliver()
            said += [here.now] * (len(here.ears.heard) - before)
            if restarts:
                here.restart()
        for moment in said:
            within = [each for each in said if moment <= each < moment + timedelta(hours=1)]
            assert len(within) <= 2 * most + 2
        here.now += timedelta(hours=1)
        here.look("")
        here.deliver()
        kinds = here.ears.kinds("inc-a")
        believes = bool(kinds) and kinds[-1] is not Kind.RESOLVED
        assert believes == (here.world.states.get("inc-a", ("", ""))[0] == "open")


@settings(max_examples=40)
@given(st.lists(st.sampled_from([Delivered(), Retry("no"), Refused("no")]), max_size=12), st.integers(1, 4))
def test_a_message_is_sent_or_dead_and_never_lost(outcomes: list[Outcome], tries: int) -> None:
    with site({**QUIET, "retry": {"tries": tries}}) as here:
        here.world.states = dict.fromkeys(INCIDENTS, ("open", "SEV-1"))
        here.look("")
        here.ears.outcomes = list(outcomes)
        for _ in range(tries + 1):
            here.deliver()
            here.now += timedelta(hours=1)
        assert len(here.ears.heard) + len(here.outbox.dead()) == len(INCIDENTS)
        here.ears.outcomes.clear()
        here.outbox.replay(None, here.now.timestamp())
        here.deliver()
        assert len(here.ears.heard) == len(INCIDENTS)


def test_a_full_disk_keeps_nothing_by_half(tmp_path: Path) -> None:
    here = Site(tmp_path, QUIET)
    here.world.states["inc-a"] = ("open", "SEV-1")
    with here.store.transaction() as db:
        db.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    try:
        here.look("")
    except BackendUnavailable:
        pass
    else:
        raise AssertionError("it said that it was kept")
    assert here.dispatcher.memories.get(HERE, "inc-a") is None
    with here.store.transaction() as db:
        db.exec_driver_sql("DROP TRIGGER full")
    here.look("")
    here.deliver()
    assert here.ears.kinds("inc-a") == [Kind.OPENED]
    here.store.close()


SNAPSHOTS = st.builds(
    Snapshot, st.just("inc-1"), st.just("t"), st.sampled_from(["SEV-1", "SEV-2", "SEV-3", "SEV-4"]),
    st.booleans(), st.just(START), st.just("ds://a/b"), tier=st.sampled_from([1, 2, 3, None]),
    gate=st.sampled_from(["G0", "G1", "G2", "G3"]),
)  # fmt: skip


@given(st.lists(st.tuples(SNAPSHOTS, st.integers(0, 200_000)), max_size=20))
def test_nothing_is_ever_said_at_g0_but_the_end_of_what_was_said(seen: list[tuple[Snapshot, int]]) -> None:
    routes = Routes.model_validate({"to": {HERE: {"channel": "slack", "webhook": "env:X"}}})
    ear, told, now, keys = Ear(HERE, routes.to[HERE]), cast("Told | None", None), START, list[str]()
    for each, wait in seen:
        now += timedelta(seconds=wait)
        found = decide(each, told, Policy(), ear=ear, now=now)
        again = decide(each, found.told, Policy(), ear=ear, now=now)
        assert found.notices == () or [n.kind for n in again.notices] in ([], [Kind.ESCALATED], [Kind.RAISED])
        if str(each.gate) == "G0":
            assert {notice.kind for notice in found.notices} <= {Kind.RESOLVED}
        told = found.told
        keys += [notice.key for notice in found.notices]
    assert len(keys) == len(set(keys))


@given(st.text(max_size=400), st.integers(1, 60))
def test_a_line_is_one_short_line(text: str, most: int) -> None:
    found = line(text, most)
    assert len(found) <= most
    assert found.isprintable() or found == ""
    assert len(found.splitlines()) <= 1
    assert all(each.isprintable() for each in paragraph(text).splitlines())
    assert len(shortened_bytes(text, 100).encode("utf-8", "replace")) <= 100


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_makes_one_wellformed_mail_and_literal_mrkdwn(title: str, words: str) -> None:
    seen = Snapshot(
        "inc-1", title, "SEV-1", True, START, words, teams=(words,), narrative=words, runbook=title
    )
    message = message_of(Notice(Kind.OPENED, HERE, "k", words, seen, START, 1), None, None)
    route = MailRoute(channel="email", host="h", sender="sf@example.com", to=("a@example.com",))
    mail = message_from_bytes(bytes(composed(route, message, is_first=True)), policy=policy.default)
    assert mail["To"] == "a@example.com"
    assert [name for name in mail if name.lower() in ("bcc", "cc")] == []
    # Older Pythons lose a space where a folded subject has two encoded words side by side.
    assert "".join(mail["Subject"].split()) == "".join(line(message.headline, 200).split())
    assert not set("<>") & set(escaped(message.headline))
    assert Message.model_validate_json(message.model_dump_json()) == message
    json.dumps(message.model_dump(mode="json")).encode()
