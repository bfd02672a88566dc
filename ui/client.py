"""The REST calls the page makes (contract §4), with errors that say what to do."""

from typing import Any, cast
from urllib.parse import quote

import httpx

from signal_factory.errors import (
    BackendUnavailable,
    CallerError,
    ConfigurationError,
    NotFound,
    SignalFactoryError,
)

from .documents import Document, document, documents, text
from .page_settings import PageSettings

_PAGE = 50
_ANSWER_SECONDS = 60.0


class RestClient:
    """One user's calls to ``sf serve``. Use it as a context manager."""

    def __init__(self, settings: PageSettings, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
        self._url = settings.url
        self._http = httpx.Client(
            base_url=settings.url, headers=headers, timeout=15.0, transport=transport, trust_env=False
        )

    def __enter__(self) -> "RestClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def incidents(self, *, status: str = "", most: int = 200) -> Document:
        """The newest ``most`` incidents as one bounded list."""
        return self._pages("/api/v1/incidents", {"status": status} if status else {}, most)

    def incident(self, incident_id: str) -> Document:
        """One incident with its ``rca``; :class:`NotFound` where there is none."""
        return self._call("GET", f"/api/v1/incidents/{_part(incident_id)}")

    def datasets(self, *, most: int = 200) -> Document:
        """Every data set seen or registered, as one bounded list."""
        return self._pages("/api/v1/datasets", {}, most)

    def dataset(self, urn: str) -> Document:
        """The health of one data set."""
        return self._call("GET", f"/api/v1/datasets/{_part(urn)}")

    def dataset_signals(self, urn: str) -> Document:
        """The latest signals of one data set."""
        return self._call("GET", f"/api/v1/datasets/{_part(urn)}/signals")

    def blast_radius(self, urn: str) -> Document:
        """What stands downstream of one data set."""
        return self._call("GET", f"/api/v1/datasets/{_part(urn)}/blast-radius")

    def budgets(self) -> Document:
        """What each engine spent of its budget of false alarms, and how feedback corrects confidence."""
        return self._call("GET", "/api/v1/budgets")

    def send_feedback(self, incident_id: str, feedback: Document) -> Document:
        """Record a verdict ``{verdict, actual_cause?, comment?}`` on an explanation."""
        return self._call("POST", f"/api/v1/incidents/{_part(incident_id)}/feedback", json=feedback)

    def ask(self, question: str, incident_id: str = "") -> Document:
        """The answer to a question in words, with its citations."""
        body = {"question": question} | ({"incident_id": incident_id} if incident_id else {})
        return self._call("POST", "/api/v1/ask", json=body, timeout=_ANSWER_SECONDS)

    def _pages(self, path: str, query: dict[str, str], most: int) -> Document:
        items: list[Document] = []
        cursor = ""
        while True:
            step = {"limit": str(_PAGE)} | query | ({"cursor": cursor} if cursor else {})
            page = self._call("GET", path, params=step)
            found = documents(page, "items")
            items += found
            cursor = text(page, "next_cursor")
            if not cursor or not found or len(items) >= most:
                return page | {"items": items[:most], "is_partial": bool(cursor) or len(items) > most}

    def _call(self, method: str, path: str, **options: Any) -> Document:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TimeoutException as failure:
            raise BackendUnavailable(
                f"The server at {self._url} did not answer in time",
                hint="It may be busy: wait a moment and refresh. `sf doctor` shows what it is waiting for.",
            ) from failure
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise BackendUnavailable(
                f"No server answers at {self._url}",
                hint="Start it with `sf serve`, or point the page elsewhere with SF_URL, then refresh.",
            ) from failure
        return self._document(response)

    def _document(self, response: httpx.Response) -> Document:
        body = _json(response)
        if response.is_error:
            raise _refusal(response, cast("Document", body) if isinstance(body, dict) else {})
        if isinstance(body, list):
            return {"items": body}
        if not isinstance(body, dict):
            raise BackendUnavailable(
                f"What answers at {self._url} does not speak this API",
                hint="Check SF_URL: it should be the address that `sf serve` prints.",
            )
        return cast("Document", body)


def _json(response: httpx.Response) -> Any:
    if not response.content:
        return {}
    try:
        return response.json()
    except ValueError:
        return None


def _refusal(response: httpx.Response, problem: Document) -> SignalFactoryError:
    """The error that a refused call stands for, by who can act on it."""
    status = response.status_code
    said = text(problem, "detail") or text(problem, "title") or f"The server answered {status}"
    hint = text(problem, "hint") or text(document(problem, "extensions"), "hint") or None
    if status in {401, 403}:
        return ConfigurationError(
            "The server refused this page's key" if status == 401 else "This page's key may not do that",
            hint="Start the page with `sf ui`, which hands it the local key, or set SF_API_KEY.",
        )
    if status == 404:
        return NotFound(said, hint=hint)
    if status >= 500:
        return BackendUnavailable(
            said, hint=hint or "Wait a moment and refresh; `sf doctor` shows what is wrong."
        )
    return CallerError(said, hint=hint)


def _part(name: str) -> str:
    return quote(name, safe="")
