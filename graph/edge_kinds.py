"""The edge kinds of the causal graph (docs/graph.md prints them as a table)."""

from .schema_types import EdgeKind, Property, Retention, earliest, most, newest, pairs, sets, table, texts

EDGE_PROPERTIES = table(
    *earliest("first_seen timestamp"),
    *newest("last_seen commit_at"),
    *most("count rows bytes"),
    *sets("jobs partitions evidence columns source gates", cap=10),
    *sets("runs", cap=5),
    Property("first_evidence", "str", "at_min", beside="first_seen"),
    *texts("reason commit_version status role transformation schema_fingerprint"),
    Property("confidence", "float", "latest"),
)
"""Every edge kind carries these: one table, so that a helper can build any edge."""

_ENDS: dict[str, tuple[Retention, tuple[tuple[str, str], ...]]] = {
    "EXECUTED": ("topology", (
        ("DAGRun", "JobRun DAGRun"), ("Job", "JobRun DAGRun JobDay Job"), ("JobRun", "JobRun"),
    )),
    "READ_FROM": ("topology", (("JobRun JobDay Job", "Dataset"),)),
    "WROTE_TO": ("topology", (("JobRun JobDay Job", "Dataset"),)),
    "FEEDS": ("topology", (("Dataset", "Dataset"),)),
    "OWNED_BY": ("topology", (("Dataset Job Service Producer", "Service Team Producer"),)),
    "OWNS": ("topology", (("Team Service Producer", "Dataset Job Service Producer"),)),
    "DEPLOYED": ("causal", (("Service Producer Job", "Deployment"), ("Deployment", "Job Dataset"))),
    "INTRODUCED": ("derived", (("Deployment", "FailureSignature Signal JobRun"),)),
    "PRODUCED_DRIFT": ("causal", (("Producer Service", "FailureSignature"),)),
    "INTRODUCED_DRIFT": ("causal", (("Dataset", "FailureSignature"),)),
    "ENCOUNTERED": ("causal", (("JobRun DAGRun JobDay Job Deployment", "FailureSignature"),)),
    "CAUSED": ("derived", ((
        "FailureSignature Job JobRun Dataset Deployment Producer DAGRun Signal",
        "Signal FailureSignature JobRun Dataset",
    ),)),
    "AFFECTS": ("causal", (("Signal FailureSignature Deployment JobRun Incident", "Dataset Job"),)),
    "TRIGGERED": ("derived", (("Signal", "Incident"),)),
    "QUARANTINED": ("run", (
        ("JobRun Dataset", "Quarantine"), ("Quarantine", "Dataset FailureSignature"),
    )),
    "DERIVED_FROM": ("topology", (
        ("Column", "Column Dataset"), ("Dataset", "Dataset"), ("FailureSignature", "FailureSignature"),
    )),
}  # fmt: skip


def _kind(name: str) -> EdgeKind:
    retention, groups = _ENDS[name]
    ends = frozenset(pair for sources, targets in groups for pair in pairs(sources, targets))
    return EdgeKind(name, ends, retention, EDGE_PROPERTIES)


ALL_EDGE_KINDS = tuple(_kind(name) for name in _ENDS)
