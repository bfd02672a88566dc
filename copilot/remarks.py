"""What surrounds an explanation, in words: flapping, views held, who is to be warned, what ended it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from .atrisk import warnings

Document: TypeAlias = dict[str, Any]


def remarked(incident: Document) -> Document:
    """The RCAReport of an incident with what its ``impact`` tells, in words."""
    impact: Document = incident["impact"]
    rca: Document = incident["rca"]
    said = " ".join([rca["narrative"], *_sentences(incident, impact)])
    actions = [*_urgent(impact), *rca["recommended_actions"], *warnings(impact.get("at_risk", ()))]
    return rca | {"narrative": said, "recommended_actions": actions}


def _sentences(incident: Document, impact: Document) -> Iterator[str]:
    flapping, ended = impact.get("flapping"), impact.get("resolved_by")
    if flapping:
        yield (
            f"It flaps: {flapping['dataset_urn']} has broken {flapping['times']} times since "
            f"{_clock(flapping['since'])}."
        )
    for view in impact.get("certified_views_held", ()):
        since = _clock(view["since"])
        yield f"The certified view of {view['urn']} has been held at its previous version since {since}."
    if ended:
        yield f"It ended at {_clock(incident['resolved_at'])}: {ended['what']}."


def _urgent(impact: Document) -> list[str]:
    if "escalation" not in impact:
        return []
    return [f"Escalate to {impact['owner_team'] or 'the owner'}: {impact['escalation']['why']}"]


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
