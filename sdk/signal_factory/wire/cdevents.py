"""CDEvents deployments (https://cdevents.dev, continuous deployment), as our own deployment body.

Accepted are the CDEvent itself (``context``, ``subject``) and a CloudEvent in
structured JSON whose ``data`` is that CDEvent, its subject or the subject's content
(https://github.com/cdevents/spec/blob/main/cloudevents-binding.md).
"""

import re
from typing import Any
from urllib.parse import parse_qs, unquote

from .fields import wrong
from .shapes import is_object

_DEPLOYED = re.compile(r"dev\.cdevents\.service\.(deployed|upgraded|rolledback)(\.|$)")


def is_cdevent(raw: dict[str, Any]) -> bool:
    """Whether ``raw`` calls itself a CDEvent, directly or as a CloudEvent."""
    return _type_of(raw).startswith("dev.cdevents.")


def as_deployment(raw: dict[str, Any]) -> dict[str, Any]:
    """The deployment body that the CDEvent stands for; the event itself is kept as ``cdevent``."""
    kind = _DEPLOYED.match(_type_of(raw))
    if kind is None:
        raise wrong("cdevent", "should be dev.cdevents.service.deployed, .upgraded or .rolledback")
    subject = _subject(raw)
    content = _object(subject.get("content"))
    version = purl_version(content.get("artifactId"))
    if version is None or not subject.get("id"):
        raise wrong(
            "cdevent", "should have subject.id and, in subject.content.artifactId, a purl with a version"
        )
    return {
        "service": subject["id"],
        "version": version,
        "deployed_at": _time_of(raw),
        "environment": _name_of(content.get("environment")),
        "change_summary": f"service {kind.group(1)}",
        "cdevent": raw,
    }


def purl_version(purl: object) -> str | None:
    """The version of a package URL (https://github.com/package-url/purl-spec), or its OCI tag, or None."""
    if not isinstance(purl, str):
        return None
    path, _, qualifiers = purl.partition("#")[0].partition("?")
    _, at, version = path.rpartition("/")[2].partition("@")
    if at and version:
        return unquote(version)
    tags = parse_qs(qualifiers).get("tag", [])
    return tags[0] if tags else None


def _type_of(raw: dict[str, Any]) -> str:
    kind = _object(raw.get("context")).get("type") or raw.get("type")
    return kind if isinstance(kind, str) else ""


def _subject(raw: dict[str, Any]) -> dict[str, Any]:
    subject = raw.get("subject")
    if is_object(subject):
        return subject
    data = _object(raw.get("data"))
    inner = _object(data.get("subject"))
    content = inner.get("content") or data.get("content") or data
    return {"id": inner.get("id") or subject, "content": content}


def _time_of(raw: dict[str, Any]) -> object:
    inner = _object(_object(raw.get("data")).get("context"))
    return _object(raw.get("context")).get("timestamp") or inner.get("timestamp") or raw.get("time")


def _name_of(environment: object) -> object:
    return environment.get("id") if is_object(environment) else environment


def _object(value: object) -> dict[str, Any]:
    return value if is_object(value) else {}
