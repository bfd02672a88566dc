"""Which incident speaks for a subject, and why."""

from copilot.readmodel import Document

from .fields import child, children, every_string, exact
from .finder import open_first
from .recorder import Recorder
from .subject import Case, Subject

RECENT = 50


def case_of(subject: Subject, recorder: Recorder) -> Case | None:
    """The incident that explains ``subject``: its own, then one upstream, then a past one."""
    if subject.kind == "incident":
        incident = recorder.ask("get_incident", incident_id=subject.key)
        return _case(incident, recorder) if incident else None
    if subject.kind == "dataset":
        return _of_dataset(subject.key, recorder)
    return _that_mentions(subject.key, recorder)


def only_open(recorder: Recorder) -> Subject | None:
    """The incident that is open, where there is exactly one."""
    opened = recorder.items("list_incidents", status="OPEN", limit=RECENT)
    return Subject("incident", exact(opened[0], "incident_id")) if len(opened) == 1 else None


def report_of(incident: Document, recorder: Recorder) -> Document:
    """The RCA report: the one inside the incident, or asked for."""
    inside = child(incident, "rca")
    return inside or recorder.ask("explain_incident", incident_id=exact(incident, "incident_id")) or {}


def touches(incident: Document, key: str) -> bool:
    """Whether the incident's own data sets hold ``key``."""
    return key in every_string([incident.get("dataset_urn"), incident.get("datasets")])


def _case(incident: Document, recorder: Recorder, urn: str = "") -> Case:
    member = bool(urn) and urn != exact(incident, "dataset_urn")
    return Case(incident, report_of(incident, recorder), "member" if member else "own")


def _of_dataset(urn: str, recorder: Recorder) -> Case | None:
    mine = [item for item in recorder.items("list_incidents", dataset=urn, limit=20) if touches(item, urn)]
    opened = [item for item in mine if exact(item, "status") == "OPEN"]
    if opened:
        return _case(opened[0], recorder, urn)
    upstream = _upstream_of(urn, recorder)
    if upstream or not mine:
        return upstream
    return Case(mine[0], report_of(mine[0], recorder), "past")


def _upstream_of(urn: str, recorder: Recorder) -> Case | None:
    for incident in recorder.items("list_incidents", status="OPEN", limit=RECENT):
        if touches(incident, urn):
            return _case(incident, recorder, urn)
        report = report_of(incident, recorder)
        for asset in children(report, "blast_radius"):
            if exact(asset, "urn") == urn:
                return Case(incident, report, "downstream", asset)
    return None


def _that_mentions(key: str, recorder: Recorder) -> Case | None:
    incidents = open_first(recorder)
    cases = [_case(incident, recorder) for incident in incidents]
    blamed = [case for case in cases if exact(child(child(case.rca, "root_cause"), "entity"), "key") == key]
    mentioned = [case for case in cases if key in set(every_string([case.incident, case.rca]))]
    return next(iter(blamed + mentioned), None)
