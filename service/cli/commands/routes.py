"""``sf routes``: who would hear of what, test notices, and the dead letter."""

import os
from argparse import Namespace
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from copilot.readmodel import Document
from signal_factory.errors import BackendUnavailable, CallerError, NotFound
from signal_factory.ids import random_id

from ...backends import holds_log, log_of, routes_of
from ...clocks import wall_clock
from ...routing.channels.open import channel_of
from ...routing.channels.port import Delivered, Outcome, Retry
from ...routing.config import AnyRoute, Routes
from ...routing.directory import Directory
from ...routing.dispatcher import audience, changes
from ...routing.memory import Memories
from ...routing.message import Message
from ...routing.model import Kind
from ...routing.outbox import Outbox
from ...routing.references import Secrets
from ...routing.snapshots import open_incidents
from ...routing.store import RoutesStore
from ...settings import LoadedSettings, Settings
from ...sources import opened
from ...state.files import ROUTES_FILE
from ..common import settings_of, wants_json
from ..console import OK, UNAVAILABLE, Console


def run(arguments: Namespace, console: Console) -> int:
    """Show, test, list or replay."""
    loaded = settings_of(arguments)
    if arguments.action == "test":
        return _test(arguments, loaded.settings, console)
    if arguments.action == "dead":
        return _dead(arguments, loaded.settings, console)
    if arguments.action == "replay":
        return _replay(arguments, loaded.settings, console)
    if arguments.dry_run:
        return _dry_run(arguments, loaded, console)
    return _show(arguments, loaded, console)


def _show(arguments: Namespace, loaded: LoadedSettings, console: Console) -> int:
    settings = loaded.settings
    document = {"routes": _described(settings), "incidents": _incidents(loaded, console)}
    if wants_json(arguments):
        console.json(document)
        return OK
    for route in document["routes"]:
        missing = [each["reference"] for each in route["secrets"] if not each["found"]]
        note = f"; not found here: {', '.join(missing)}" if missing else ""
        counts = f"{route['waiting']} waiting, {route['dead']} dead"
        console.text(f"{console.strong(route['name'])}  {route['channel']}  {_filter(route)}  {counts}{note}")
    for each in document["incidents"]:
        heard = ", ".join(each["heard_by"]) or "nobody"
        console.text(f"{each['incident_id']}  {each['severity']}  {each['gate']}  {heard}  {each['title']}")
    if not document["routes"]:
        console.note("no routes are configured; docs/routing.md shows how")
    return OK


def _described(settings: Settings) -> list[dict[str, Any]]:
    secrets, counts = Secrets(os.environ, settings.data_dir), _counts(settings)
    return [
        {
            "name": name, "channel": route.channel,
            "match": {key: value for key, value in route.match.model_dump(mode="json").items() if value},
            "kinds": [str(each) for each in route.kinds],
            "secrets": [{"reference": each, "found": secrets.has(each)} for each in route.secrets],
            "waiting": counts.get((name, "waiting"), 0) + counts.get((name, "held"), 0),
            "dead": counts.get((name, "dead"), 0),
        }
        for name, route in settings.routes.to.items()
    ]  # fmt: skip


def _filter(route: dict[str, Any]) -> str:
    parts = [f"{name}: {', '.join(map(str, values))}" for name, values in route["match"].items()]
    parts += [f"kinds: {', '.join(route['kinds'])}"] if route["kinds"] else []
    return "; ".join(parts) or "everything"


def _counts(settings: Settings) -> dict[tuple[str, str], int]:
    with _store(settings) as store:
        return Outbox(store, settings.routes.storm).counts() if store else {}


def _incidents(loaded: LoadedSettings, console: Console) -> list[Document]:
    routes = loaded.settings.routes
    try:
        with opened(loaded) as source, _directory(loaded.settings) as directory:
            found = open_incidents(source.read_model, directory)
    except BackendUnavailable as error:
        console.note(str(error))
        return []
    return [
        {
            "incident_id": each.incident_id, "severity": each.severity, "title": each.title,
            "teams": list(each.teams), "gate": str(each.gate), "heard_by": audience(routes.to, each),
        }
        for each in found
    ]  # fmt: skip


def _dry_run(arguments: Namespace, loaded: LoadedSettings, console: Console) -> int:
    settings = loaded.settings
    with opened(loaded) as source, _directory(settings) as directory, _store(settings) as store:
        found = changes(settings.routes, source.read_model, directory, Memories(store), source.now())
    planned = [(change.route, message) for change in found for message in change.messages]
    if wants_json(arguments):
        console.json({"notices": [{"route": name, **each.model_dump(mode="json")} for name, each in planned]})
        return OK
    for name, message in planned:
        console.text(f"{console.strong(name)}  {message.headline}\n{message.text}\n")
    console.note(f"{len(planned)} notices would be sent now; nothing was sent")
    return OK


def _test(arguments: Namespace, settings: Settings, console: Console) -> int:
    route = _route(settings.routes, arguments.route)
    message = _notice(arguments.route, route)
    if arguments.dry_run:
        outcome, told = "not sent", message.headline
    else:
        outcome, told = _told(_sent(route, message, settings))
    if wants_json(arguments):
        console.json({"route": arguments.route, "outcome": outcome, "reason": told})
    else:
        console.text(f"{arguments.route}: {outcome}" + (f", {told}" if told else ""))
    return OK if outcome in ("delivered", "not sent") else UNAVAILABLE


def _route(routes: Routes, name: str) -> AnyRoute:
    if name not in routes.to:
        known = ", ".join(routes.to) or "none"
        raise NotFound(f"no route {name!r}", hint=f"Configured routes: {known}.")
    return routes.to[name]


def _notice(name: str, route: AnyRoute) -> Message:
    now = wall_clock()
    thread = random_id("test", now, os.urandom)
    return Message(
        key=thread, kind=Kind.TEST, thread=thread, at=now, team=next(iter(route.match.teams), ""),
        headline=f"Test notice of Signal Factory on route {name}",
        body="Nothing is wrong. Somebody wanted to know whether this arrives.",
    )  # fmt: skip


def _sent(route: AnyRoute, message: Message, settings: Settings) -> Outcome:
    """Send it, and let a pager that it rang be silent again."""
    secrets = Secrets(os.environ, settings.data_dir)
    channel = channel_of(route, secrets, wall_clock, settings.routes.retry.timeout_s)
    outcome = channel.deliver(message, None)
    if route.is_pager and isinstance(outcome, Delivered):
        end = {"kind": Kind.RESOLVED, "key": f"{message.key}/end", "closes": (message.thread,)}
        return channel.deliver(message.model_copy(update=end), None)
    return outcome


def _told(outcome: Outcome) -> tuple[str, str]:
    if isinstance(outcome, Delivered):
        return "delivered", ""
    return ("failed" if isinstance(outcome, Retry) else "refused"), outcome.reason


def _dead(arguments: Namespace, settings: Settings, console: Console) -> int:
    with _store(settings) as store:
        items = Outbox(store, settings.routes.storm).dead() if store else []
    if wants_json(arguments):
        console.json({"items": items})
        return OK
    for each in items:
        console.text(
            f"{each['id']:>6}  {each['died_at']}  {each['route']}  {each['kind']}  {each['headline']}\n"
            f"        {each['error']} (attempt {each['attempts']})"
        )
    if not items:
        console.text("The dead letter is empty.")
    return OK


def _replay(arguments: Namespace, settings: Settings, console: Console) -> int:
    number = None if arguments.id == "all" else _number(arguments.id)
    with _store(settings) as store:
        if store is None:
            raise NotFound(f"no dead message {arguments.id}", hint="See `sf routes dead`.")
        done = Outbox(store, settings.routes.storm).replay(number, wall_clock().timestamp())
    console.note(f"{done} on the way again; `sf serve` delivers")
    return OK


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise CallerError(f"{text[:40]!r} is not the number of a dead message", hint="See `sf routes dead`.")
    return int(text)


@contextmanager
def _store(settings: Settings) -> Generator[RoutesStore | None]:
    """The outbox, or None where nothing was ever sent."""
    if not settings.state_url.get_secret_value() and not (settings.data_dir / ROUTES_FILE).is_file():
        yield None
        return
    store = routes_of(settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _directory(settings: Settings) -> Generator[Directory]:
    """Registrations out of the data directory; none where a distant server holds them."""
    if not holds_log(settings):
        yield Directory(lambda _: None, settings.routes, wall_clock)
        return
    log = log_of(settings, read_only=True)

    def registration(urn: str) -> Document | None:
        try:
            return log.told.registration(urn)
        except NotFound:
            return None

    try:
        yield Directory(registration, settings.routes, wall_clock)
    finally:
        log.close()
