"""Where the reading commands get their answers: a running server, else the data directory."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from copilot.readmodel import Document, ReadModel
from signal_factory.errors import BackendUnavailable

from .backends import engine_of, holds_log, log_of
from .budgets import document
from .clocks import LATE_S, EngineClock, wall_clock
from .gate import Gate
from .gated import GatedReadModel
from .keys import LOCAL_KEY_FILE
from .presence import announced
from .remote import RemoteReadModel, answers
from .settings import LoadedSettings, Settings

if TYPE_CHECKING:
    from .application import Application
    from .eventlog import EventLog

Ask = Callable[[str, str | None], Document]


@dataclass(frozen=True, slots=True)
class Source:
    """Something that answers. ``note`` is what the reader should know about it, or empty."""

    read_model: ReadModel
    ask: Ask
    now: Callable[[], datetime]
    budgets: Callable[[], Document]
    note: str = ""


@contextmanager
def opened(loaded: LoadedSettings) -> Generator[Source]:
    """A source of answers: a given address, the directory's own server, its data, or the default address.

    Raises:
        BackendUnavailable: nothing answers and there is no data.
    """
    settings = loaded.settings
    url = _server(loaded)
    if url is not None:
        remote = RemoteReadModel(url, key_for(settings), settings.request_timeout_s)
        try:
            yield Source(remote, remote.ask, wall_clock, remote.budgets)
        finally:
            remote.close()
        return
    _must_hold_data(settings)
    with _data(settings) as source:
        yield source


def reset_budget(loaded: LoadedSettings, signal_type: str) -> Document:
    """Hear an engine again that had overspent, at the server or in the data directory.

    Raises:
        NotFound: nobody has said anything of such signals.
        BackendUnavailable: nothing answers and there is no data.
    """
    return _said(
        loaded,
        lambda remote: remote.reset_budget(signal_type),
        lambda application: application.reset_budget(signal_type, "local"),
    )


def give_feedback(
    loaded: LoadedSettings, incident_id: str, verdict: str, actual_cause: str | None, comment: str | None
) -> Document:
    """Record a verdict on an explanation, at the server or in the data directory.

    Raises:
        NotFound: no such incident.
        BackendUnavailable: nothing answers and there is no data.
    """
    said = (incident_id, verdict, actual_cause, comment)
    return _said(
        loaded,
        lambda remote: remote.feedback(*said),
        lambda application: application.feedback(*said, by="local"),
    )


def _said(
    loaded: LoadedSettings,
    to_server: Callable[[RemoteReadModel], Document],
    to_data: Callable[["Application"], Document],
) -> Document:
    from .application import Application
    from .routing.config import Routes

    settings, url = loaded.settings, _server(loaded)
    if url is not None:
        remote = RemoteReadModel(url, key_for(settings), settings.request_timeout_s)
        try:
            return to_server(remote)
        finally:
            remote.close()
    _must_hold_data(settings)
    application = Application(settings.model_copy(update={"routes": Routes()}))
    try:
        return to_data(application)
    finally:
        application.close()


def address(settings: Settings) -> str:
    """The configured address as a URL."""
    host = f"[{settings.host}]" if ":" in settings.host and "[" not in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def key_for(settings: Settings) -> str | None:
    """The configured key, else the local one of the data directory."""
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    path = settings.data_dir / LOCAL_KEY_FILE
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _must_hold_data(settings: Settings) -> None:
    if not holds_log(settings):
        raise BackendUnavailable(
            f"no server answers at {address(settings)}, and {settings.data_dir} holds no data",
            hint="Start one with `sf serve`, or try `sf demo`.",
        )


def _server(loaded: LoadedSettings) -> str | None:
    settings = loaded.settings
    configured = address(settings)
    is_given = any(loaded.sources[name] != "default" for name in ("host", "port"))
    if is_given and answers(configured):
        return configured
    own = announced(settings.data_dir)
    if own is not None and answers(own):
        return own
    return configured if not is_given and not holds_log(settings) and answers(configured) else None


@contextmanager
def _data(settings: Settings) -> Generator[Source]:
    from copilot.ask import answer

    log = log_of(settings, read_only=True)
    engine, graph = engine_of(settings, read_only=True)
    engine.limit(settings.routes.policy().limits)
    log.follow(graph)
    try:
        saved = log.load_state()
        engine.load(saved.rows)
        engine.mind_lag(is_late=_is_late(log, saved.offset))
        clock = EngineClock(wall_clock, follows_events=settings.clock == "auto")
        clock.observe(saved.lead_s)
        model = GatedReadModel(Gate(), engine.read_model, lambda _: None)

        def now() -> datetime:
            return clock.now() or wall_clock()

        def ask(question: str, incident_id: str | None) -> Document:
            return answer(question, model, incident_id=incident_id, now=now())

        def budgets() -> Document:
            return document(engine.budgets(), engine.confidence_line())

        yield Source(model, ask, now, budgets, _note(log.last_seq - saved.offset))
    finally:
        graph.close()
        log.close()


def _is_late(log: "EventLog", offset: int) -> bool:
    oldest = log.oldest_after(offset)
    return oldest is not None and (wall_clock() - oldest).total_seconds() > LATE_S


def _note(waiting: int) -> str:
    return f"{waiting} accepted events have had no effect yet; `sf serve` applies them" if waiting else ""
