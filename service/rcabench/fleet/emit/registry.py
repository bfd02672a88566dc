"""Registrations and identity rules: what somebody told the platform long before."""

from datetime import timedelta
from typing import Any

from ..model import DataSet, Fleet, Objectives
from ..world import World
from .post import Post

_LABELS = {"America/New_York": "ET", "America/Los_Angeles": "PT"}


def send(world: World, post: Post) -> None:
    """Everything registered or mapped, hours before the first run."""
    fleet = world.fleet
    at = fleet.moment(0, 0) - timedelta(hours=8)
    for number, target in enumerate(fleet.sets.values()):
        moment = at + timedelta(seconds=number)
        if target.is_registered:
            post.send(moment, "dataset", registration(fleet, target, post))
        for body in _rules(target):
            post.send(moment, "mapping", body)


def registration(fleet: Fleet, target: DataSet, post: Post) -> dict[str, Any]:
    """The ``dataset.yaml`` of ``target``."""
    rng = post.chance.of("registration", target.urn)
    writer = fleet.writer(target.urn)
    body: dict[str, Any] = {"urn": target.urn, "owner_team": target.team}
    body["tier"] = f"TIER_{target.tier}" if rng.random() < 0.8 else target.tier
    body |= {"type": "Dashboard", "name": target.urn.rsplit(":", 1)[-1]} if target.kind == "dashboard" else {}
    if target.services and target.attributed:
        body["service"] = target.services[0]
    if writer and rng.random() < 0.7:
        body["job"] = writer.urn
    feeds = [*target.feeds, *(fleet.children(target.urn) if rng.random() < 0.2 else ())]
    if feeds:
        body["feeds"] = sorted(set(feeds))
    if target.kind in ("table", "external"):
        body["storage"] = _storage(target)
    promise = fleet.objectives.get(target.urn)
    if promise is not None:
        body["slo"] = _slo(fleet, target, promise)
    return body


def _storage(target: DataSet) -> dict[str, str]:
    namespace, name = target.ol
    if name.startswith("dwh."):
        return {"format": "delta", "table": name}
    return {"format": "delta", "gold": f"{namespace}/{name}"}


def _slo(fleet: Fleet, target: DataSet, promise: Objectives) -> dict[str, Any]:
    slo: dict[str, Any] = {}
    if promise.deadline is not None:
        zone = _LABELS.get(fleet.zone, fleet.zone)
        minute = promise.deadline
        by = f"{minute // 60:02d}:{minute % 60:02d} {zone} daily"
        slo["freshness"] = {"expected_update_by": by, "grace_period": f"{promise.grace}m"}
        slo["freshness"] |= _schedule(fleet, target)
    if promise.rows_at_least is not None or promise.rows_within_pct is not None:
        pairs = {
            "min_rows_per_partition": promise.rows_at_least,
            "anomaly_threshold_pct": promise.rows_within_pct,
        }
        slo["volume"] = {key: value for key, value in pairs.items() if value is not None}
    if promise.contract_rate is not None:
        slo["contract"] = {"compliance_rate": promise.contract_rate, "warning_rate": promise.warning_rate}
    if promise.dq_rate is not None:
        slo["dq"] = {"compliance_rate": promise.dq_rate}
    return slo


def _schedule(fleet: Fleet, target: DataSet) -> dict[str, str]:
    writer = fleet.writer(target.urn)
    if writer is None or hash_free(target.urn) % 3:
        return {}
    dag = fleet.dags[writer.dag]
    return {"schedule": f"{dag.start % 60} {dag.start // 60} * * *", "timezone": dag.zone}


def hash_free(text: str) -> int:
    """A small number from a text, the same in every process."""
    return sum(text.encode())


def _rules(target: DataSet) -> list[dict[str, Any]]:
    namespace, name = target.ol
    if not target.is_mapped:
        return []
    pattern = f"{name}/*" if target.suffix else name
    rules: list[dict[str, Any]] = [{"namespace": namespace, "name": pattern, "dataset_urn": target.urn}]
    if target.kind == "stream":
        owner = {"service": target.services[0]} if target.attributed else {}
        rules.append({"topic": name, "dataset_urn": target.urn, **owner})
    return rules
