"""Contract-shaped documents, and a server on loopback that answers with them.

For what a real server is hard to bring into: hostile names, stale evidence, refusals.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Document = dict[str, Any]
INCIDENT = "inc-01HQXY8MNP4QR7ST9VW2XYZ456"
DATASET = "urn:dp:orders:created"
DEPLOYMENT = {"label": "Deployment", "key": "orders-svc:v3.17"}
HOSTILE = (
    "x<script>window.pwned=1</script> [a](http://evil.example) $latex$ :red[hot] :smile: :material/bolt:"
    ' www.evil.example -> **b** `c` &amp; "q" \\N <img src=x onerror="window.pwned=1">'
)


@dataclass
class Api:
    """What the server answers, and what it was asked."""

    url: str
    answers: Document = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, Document]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    content_type: str = "application/json"


def bounded(items: list[Any], **more: Any) -> Document:
    """A bounded list as contract §4 has it."""
    whole = {"items": items, "total": len(items), "returned": len(items), "is_partial": False}
    return whole | {"next_cursor": None} | more


def incident(name: str = "", **changes: Any) -> Document:
    """An explained incident; ``name`` is put behind everything that telemetry can name."""
    end = f" {name}" if name else ""
    made: Document = {
        "incident_id": INCIDENT,
        "title": f"Contract broken: MISSING_FIELD:customer_id{end}",
        "severity": "SEV-1",
        "status": "OPEN",
        "created_at": "2024-01-15T10:00:01.200Z",
        "dataset_urn": f"{DATASET}{end}",
        "datasets": [DATASET],
        "signals": ["sig-1"],
        "first_bad": "2024-01-15T09:58:02.312Z",
        "last_good": "2024-01-15T09:57:40Z",
        "tier": 1,
        "impact": {"tier_1_assets": 1},
        "evidence_summary": {"total_events": 1247, "failed_events": 1120},
        "primary_evidence_id": "evd-1",
        "freshness_of_evidence": "FRESH",
        "rca": report(end),
    }
    return made | changes


def report(end: str = "") -> Document:
    """An RCAReport whose every text ends in ``end``."""
    cause = {
        "kind": "DEPLOYMENT",
        "entity": {"label": "Deployment", "key": f"orders-svc:v3.17{end}"},
        "score": 0.94,
        "summary": f"orders-svc:v3.17 stopped filling customer_id{end}",
        "evidence_refs": ["evd-1"],
    }
    signature = {"label": "FailureSignature", "key": f"MISSING_FIELD:customer_id{end}"}
    drift = {"label": "Producer", "key": f"orders-svc{end}"}
    return {
        "incident_id": INCIDENT,
        "verdict": "ROOT_CAUSE_FOUND",
        "confidence": {
            "score": 0.94,
            "level": "HIGH",
            "factors": [{"name": "boundary", "value": 0.97, "weight": 0.3, "reason": f"17 s apart{end}"}],
        },
        "root_cause": cause,
        "candidates": [
            cause,
            {"kind": "SCHEMA_DRIFT", "entity": drift, "score": 0.41, "summary": f"less{end}"},
        ],
        "path": [
            {"from": cause["entity"], "edge": "INTRODUCED", "to": signature, "evidence": ["evd-1"]},
            {
                "from": signature,
                "edge": "TRIGGERED",
                "to": {"label": "Incident", "key": INCIDENT},
                "evidence": [],
            },
        ],
        "query": {"cypher": f"MATCH (d){end}", "gremlin": "g.V()"},
        "timeline": [{"time": "2024-01-15T09:57:45Z", "what": f"deployed{end}", "ref": "evd-1"}],
        "boundaries": {"last_good": {"version": "v3.16"}, "first_bad": {"version": f"v3.17{end}"}},
        "blast_radius": [
            {"urn": f"ds://silver/orders{end}", "type": "Delta", "tier": 1, "hops": 1, "effect": "STALE"}
        ],
        "evidence_refs": ["evd-1", f"run{end}"],
        "missing_evidence": [f"no run events{end}"],
        "next_checks": [f"read the diff{end}"],
        "recommended_actions": [f"Roll back to v3.16{end}"],
        "narrative": f"It went live, then it broke.{end}",
        "narrated_by": "template",
    }


def undecided() -> Document:
    """An incident whose evidence supports no single cause, and has gone stale."""
    rca = report() | {"verdict": "INCONCLUSIVE", "root_cause": None, "path": []}
    return incident(freshness_of_evidence="STALE", rca=rca)


def answers_for(*incidents: Document) -> Document:
    """What a server that knows these incidents answers to each GET."""
    answers: Document = {"/api/v1/incidents": bounded(list(incidents))}
    for known in incidents:
        answers[f"/api/v1/incidents/{known['incident_id']}"] = known
    health = {"urn": DATASET, "status": "CRITICAL", "tier": 1, "owner_team": "orders-team"}
    answers["/api/v1/datasets"] = bounded([health])
    answers[f"/api/v1/datasets/{DATASET}"] = health
    answers[f"/api/v1/datasets/{DATASET}/signals"] = bounded([])
    answers[f"/api/v1/datasets/{DATASET}/blast-radius"] = bounded(report()["blast_radius"])
    return answers


@contextmanager
def serving(answers: Document, *, key: str = "") -> Iterator[Api]:
    """Answer on a free port with ``answers`` by path; with a ``key``, only to those who bear it."""
    handler = type("Handler", (_Handler,), {"key": key})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    api = Api(f"http://127.0.0.1:{server.server_address[1]}", dict(answers))
    handler.api = api
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    api: Api
    key: str

    def do_GET(self) -> None:
        self._answer({name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_: Any) -> None:
        """Requests are kept in ``asked`` instead."""

    def _answer(self, said: Document) -> None:
        path = unquote(urlsplit(self.path).path)
        self.api.asked.append((self.command, path, said))
        if self.key and self.headers.get("Authorization") != f"Bearer {self.key}":
            return self._send(401, {"title": "Unauthorized"})
        if callable(found := self.api.answers.get(path)):
            found = found(said)
        if found is None:
            return self._send(404, {"detail": f"No such thing: {path}", "hint": "List what there is."})
        return self._send(self.api.statuses.get(path, 200), found)

    def _send(self, status: int, document: Any) -> None:
        body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", self.api.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
