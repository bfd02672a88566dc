"""What goes over the wire (contract §2, §3): tolerant in what is accepted, strict in what is emitted.

The models are imported when they are first asked for: reading envelopes, which
every program does, needs no validation library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .envelope import KINDS, Envelope, read_envelope, read_json, read_line

if TYPE_CHECKING:
    from .bodies import MODELS, Body, parse_body
    from .deployment import Deployment
    from .evidence import Evidence, GateResult
    from .jobs import JobEvent, WriteEvent
    from .openlineage import OLDataset, OLJob, OLRun, OpenLineageEvent
    from .registration import DatasetRegistration, FreshnessObjective, MappingRule, Slo, Tick

_HOME = {
    "MODELS": "bodies",
    "Body": "bodies",
    "parse_body": "bodies",
    "Deployment": "deployment",
    "Evidence": "evidence",
    "GateResult": "evidence",
    "JobEvent": "jobs",
    "WriteEvent": "jobs",
    "OLDataset": "openlineage",
    "OLJob": "openlineage",
    "OLRun": "openlineage",
    "OpenLineageEvent": "openlineage",
    "DatasetRegistration": "registration",
    "FreshnessObjective": "registration",
    "MappingRule": "registration",
    "Slo": "registration",
    "Tick": "registration",
}

__all__ = [
    "KINDS",
    "MODELS",
    "Body",
    "DatasetRegistration",
    "Deployment",
    "Envelope",
    "Evidence",
    "FreshnessObjective",
    "GateResult",
    "JobEvent",
    "MappingRule",
    "OLDataset",
    "OLJob",
    "OLRun",
    "OpenLineageEvent",
    "Slo",
    "Tick",
    "WriteEvent",
    "parse_body",
    "read_envelope",
    "read_json",
    "read_line",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
