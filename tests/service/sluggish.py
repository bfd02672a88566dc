"""An application whose graph can be taken away."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from service.application import Application
from service.backends import embedded
from service.clocks import TimeSource, wall_clock
from service.settings import load_settings
from signal_factory.errors import BackendUnavailable


class Stumbling:
    """The real engine behind a door that fails: on one event for good, on others until mended."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.is_down = False
        self.was_refused = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def apply(self, envelope: Any) -> None:
        if self.is_down:
            self.was_refused.set()
            raise BackendUnavailable("the graph is away")
        if envelope.body.get("service") == "poison":
            raise RuntimeError("a defect")
        self._engine.apply(envelope)

    def counts(self) -> Any:
        if self.is_down:
            raise BackendUnavailable("the graph is away")
        return self._engine.counts()


@contextmanager
def stumbling(data_dir: Path, now: TimeSource = wall_clock) -> Generator[tuple[Application, Stumbling]]:
    made: list[Stumbling] = []

    def backends(path: Path) -> Any:
        engine, graph = embedded(path)
        made.append(Stumbling(engine))
        return made[0], graph

    settings = load_settings({"data_dir": data_dir, "tick_s": 0.05}, {}).settings
    app = Application(settings, now=now, backends=backends)
    try:
        yield app, made[0]
    finally:
        app.close()


def deployment(service: str) -> str:
    body = {"service": service, "version": "1", "deployed_at": "2026-01-19T02:00:00Z"}
    return json.dumps({"kind": "deployment", "body": body})
