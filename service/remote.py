"""A running server as a read model, over REST."""

from typing import Any, cast
from urllib.parse import quote

import httpx

from copilot.readmodel import Document
from signal_factory.errors import (
    BackendUnavailable,
    CallerError,
    ConfigurationError,
    InvalidIdentifier,
    NotFound,
    SignalFactoryError,
)

_KEY_HINT = "Set SF_API_KEY to a key that this server knows and that may read; `sf keys add` makes one."
_FAMILIES: dict[int, type[SignalFactoryError]] = {
    401: ConfigurationError,
    403: ConfigurationError,
    404: NotFound,
    408: BackendUnavailable,
    503: BackendUnavailable,
}


class RemoteReadModel:
    """A ``copilot.readmodel.ReadModel`` that asks ``url``; times out after ``timeout_s`` seconds."""

    def __init__(self, url: str, key: str | None, timeout_s: float = 30.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url
        self._client = httpx.Client(
            base_url=f"{url}/api/v1", headers=headers, timeout=timeout_s, trust_env=False
        )

    def incidents(
        self,
        *,
        status: str | None = None,
        dataset: str | None = None,
        since: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Document:
        """Incidents, newest first."""
        return self._get("incidents", status=status, dataset=dataset, since=since, cursor=cursor, limit=limit)

    def incident(self, incident_id: str) -> Document:
        """One incident with its ``rca``."""
        return self._get(f"incidents/{_segment(incident_id)}")

    def explain(self, incident_id: str) -> Document:
        """The RCAReport of one incident."""
        return self._get(f"incidents/{_segment(incident_id)}/rca")

    def datasets(self, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Every data set seen or registered."""
        return self._get("datasets", cursor=cursor, limit=limit)

    def dataset(self, urn: str) -> Document:
        """Health of one."""
        return self._get(f"datasets/{_segment(urn)}")

    def blast_radius(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands downstream."""
        return self._get(f"datasets/{_segment(urn)}/blast-radius", max_hops=max_hops, max_nodes=max_nodes)

    def upstream(self, urn: str, *, max_hops: int = 3, max_nodes: int = 1_000) -> Document:
        """What stands upstream."""
        return self._get(f"datasets/{_segment(urn)}/upstream", max_hops=max_hops, max_nodes=max_nodes)

    def signals(self, urn: str, *, cursor: str | None = None, limit: int = 50) -> Document:
        """Signals of one data set, newest first."""
        return self._get(f"datasets/{_segment(urn)}/signals", cursor=cursor, limit=limit)

    def evidence(self, evidence_id: str) -> Document:
        """One evidence record."""
        return self._get(f"evidence/{_segment(evidence_id)}")

    def changes(self, urn: str, *, since: str | None = None, limit: int = 50) -> Document:
        """Deployments and schema changes at or upstream of ``urn``."""
        return self._get(f"datasets/{_segment(urn)}/changes", since=since, limit=limit)

    def search(self, text: str, *, limit: int = 20) -> Document:
        """Whatever has a name that contains ``text``."""
        return self._get("search", q=text, limit=limit)

    def ask(self, question: str, incident_id: str | None = None) -> Document:
        """The server's own answer to a question."""
        body = {"question": question} | ({"incident_id": incident_id} if incident_id else {})
        return self._call("POST", "ask", json=body)

    def feedback(
        self, incident_id: str, verdict: str, actual_cause: str | None, comment: str | None
    ) -> Document:
        """Record a verdict on an explanation."""
        said = {"verdict": verdict, "actual_cause": actual_cause, "comment": comment}
        body = {name: value for name, value in said.items() if value is not None}
        return self._call("POST", f"incidents/{_segment(incident_id)}/feedback", json=body)

    def budgets(self) -> Document:
        """What each engine has spent of its false-alarm budget."""
        return self._get("budgets")

    def reset_budget(self, signal_type: str) -> Document:
        """Hear an engine again; the budgets after that."""
        return self._call("POST", f"budgets/{_segment(signal_type)}/reset")

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _get(self, path: str, **query: Any) -> Document:
        return self._call(
            "GET", path, params={name: value for name, value in query.items() if value is not None}
        )

    def _call(self, method: str, path: str, **options: Any) -> Document:
        try:
            response = self._client.request(method, f"/{path}", **options)
            document: Any = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise BackendUnavailable(f"{self._url} did not answer: {type(error).__name__}") from None
        if not isinstance(document, dict):
            raise BackendUnavailable(f"{self._url} is not a Signal Factory server")
        if response.is_error:
            raise _told(response.status_code, cast("Document", document))
        return cast("Document", document)


def answers(url: str, timeout_s: float = 0.5) -> bool:
    """Whether one of our servers answers at ``url``."""
    try:
        response = httpx.get(f"{url}/health", timeout=timeout_s, trust_env=False)
        found: Any = response.json()
    except (httpx.HTTPError, ValueError):
        return False
    return response.status_code == 200 and found == {"status": "ok"}


def _segment(name: str) -> str:
    return quote(name, safe="")


def _told(status: int, document: Document) -> SignalFactoryError:
    family = _FAMILIES.get(status, CallerError if status < 500 else BackendUnavailable)
    if document.get("code") == InvalidIdentifier.code:
        family = InvalidIdentifier
    hint = _KEY_HINT if status in (401, 403) else str(document.get("hint", ""))
    return family(str(document.get("detail", status)), hint=hint)
