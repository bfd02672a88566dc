"""What goes over the wire (contract §2, §3): tolerant in what is accepted, strict in what is emitted."""

from .bodies import MODELS, Body, parse_body
from .deployment import Deployment
from .envelope import KINDS, Envelope, read_envelope, read_json, read_line
from .evidence import Evidence, GateResult
from .jobs import JobEvent, WriteEvent
from .openlineage import OLDataset, OLJob, OLRun, OpenLineageEvent
from .registration import DatasetRegistration, FreshnessObjective, MappingRule, Slo, Tick

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
