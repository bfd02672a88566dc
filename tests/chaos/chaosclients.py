"""Those who send and those who ask while servers fail; each notes what it was told and how long that took."""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, cast
from urllib.parse import quote

import httpx

from signal_factory.wire import Envelope

QUIET = timedelta(minutes=2)
"""Between batches at least so much of the events' time passes: no outage of the tests is longer."""
_MCP = {"Accept": "application/json, text/event-stream"}


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: to what, when it was asked, after how many seconds, and what it was (status 0 for none)."""

    what: str
    at: float
    seconds: float
    status: int
    document: Any

    @property
    def reason(self) -> str:
        """What a problem document, or a tool that failed, gives as the reason."""
        return str(_fields(self.document).get("detail", ""))


def told(what: str, client: httpx.Client, ask: Callable[[httpx.Client], httpx.Response]) -> Said:
    """What is answered, and after how long."""
    began = time.monotonic()
    try:
        response = ask(client)
        status, document = response.status_code, _document(response)
    except httpx.TransportError as error:
        status, document = 0, {"detail": repr(error)}
    return Said(what, began, time.monotonic() - began, status, document)


class Caller(ABC):
    """A thread that goes on until it has nothing more to do, or is told to stop."""

    def __init__(self, base: httpx.Client) -> None:
        self.said: list[Said] = []
        self._client = httpx.Client(
            base_url=base.base_url, headers=base.headers, trust_env=False, timeout=120.0
        )
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._failure: BaseException | None = None

    @abstractmethod
    def work(self) -> None:
        """What it does."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and raise what it raised."""
        self._over.set()
        self._thread.join()
        self._client.close()
        if self._failure is not None:
            raise self._failure

    def say(self, what: str, ask: Callable[[httpx.Client], httpx.Response]) -> Said:
        """Ask, and note the answer."""
        self.said.append(told(what, self._client, ask))
        return self.said[-1]

    def _run(self) -> None:
        try:
            self.work()
        except BaseException as error:  # noqa: BLE001 - raised again where the thread is joined
            self._failure = error


class Sender(Caller):
    """Posts batches in their order, each again until it is acknowledged."""

    def __init__(self, base: httpx.Client, events: Sequence[Envelope], pause_s: float = 0.0) -> None:
        super().__init__(base)
        self._batches, self._pause_s = list(_batches(events)), pause_s
        self.acknowledged: list[Envelope] = []
        self.hurry = threading.Event()

    def work(self) -> None:
        """Send all of them."""
        for batch in self._batches:
            body = "\n".join(map(_line, batch)).encode()
            while self.say("events", partial(_post, body)).status != 200:
                if self._over.wait(0.2):
                    return
            self.acknowledged += batch
            if not self.hurry.is_set() and self._over.wait(self._pause_s):
                return

    def finish(self) -> None:
        """Send what is left at once, and wait until all is acknowledged."""
        self.hurry.set()
        self._thread.join()
        self.stop()


@dataclass(frozen=True, slots=True)
class Face:
    """One question by one of the faces; ``is_steady`` where the answer stays the same while nothing happens."""

    name: str
    ask: Callable[[httpx.Client], httpx.Response] = field(compare=False)
    is_steady: bool = True


class Asker(Caller):
    """Asks by every face in turn."""

    def __init__(self, base: httpx.Client, asked: Sequence[Face], pause_s: float = 0.02) -> None:
        super().__init__(base)
        self._faces, self._pause_s = asked, pause_s

    def work(self) -> None:
        """Ask until told to stop."""
        while not self._over.is_set():
            for face in self._faces:
                self.say(face.name, face.ask)
                if self._over.wait(self._pause_s):
                    return


def faces(incident: Mapping[str, Any]) -> list[Face]:
    """Every face that reads, asked about an incident and what it cites."""
    urn, number = str(incident["dataset_urn"]), str(incident["incident_id"])
    at, about = f"/api/v1/datasets/{quote(urn, safe='')}", f"/api/v1/incidents/{number}"
    cited = [each for each in incident["rca"]["evidence_refs"] if each.startswith("evd-")][:1]
    steady = [
        "/api/v1/incidents", about, f"{about}/rca", "/api/v1/datasets", at, f"{at}/blast-radius",
        f"{at}/upstream", f"{at}/signals", f"{at}/changes", *(f"/api/v1/evidence/{each}" for each in cited),
        "/api/v1/search?q=silver", "/api/v1/registry/datasets", "/api/v1/stats", "/api/v1/budgets", "/health",
    ]  # fmt: skip
    asked = {"question": f"what is downstream of {urn}?", "incident_id": number}
    return [
        *(Face(path, partial(_get, path)) for path in steady),
        *(Face(path, partial(_get, path), is_steady=False) for path in ("/ready", "/metrics")),
        Face("ask", partial(_ask, asked)),
        Face("mcp", partial(_call, "blast_radius", {"urn": urn})),
    ]


def _batches(events: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Events between which little time passes."""
    batch: list[Envelope] = []
    for each in events:
        if batch and each.time - batch[-1].time > QUIET:
            yield batch
            batch = []
        batch.append(each)
    yield batch


def _line(event: Envelope) -> str:
    return json.dumps({"time": event.time.isoformat(), "kind": event.kind, "body": dict(event.body)})


def _post(body: bytes, client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/events", content=body)


def _get(path: str, client: httpx.Client) -> httpx.Response:
    return client.get(path)


def _ask(asked: dict[str, str], client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/ask", json=asked)


def _call(tool: str, arguments: dict[str, Any], client: httpx.Client) -> httpx.Response:
    asked = {"name": tool, "arguments": arguments}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    return client.post("/mcp", json=call, headers=_MCP)


def _document(response: httpx.Response) -> Any:
    try:
        told: Any = response.json()
    except ValueError:
        return response.text
    result: Any = _fields(told).get("result")
    if _fields(result).get("isError"):
        return {"detail": result["content"][0]["text"]}
    return told


def _fields(told: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}
