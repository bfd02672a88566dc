"""A reply under construction, and the phrases several answers share."""

from dataclasses import dataclass, field
from datetime import datetime

from copilot.readmodel import Document

from .fields import child, children, exact, number, strings, text
from .intents import Intent
from .names import spoken_name
from .question import Question
from .recorder import Recorder
from .subject import Case, Subject
from .words import failures, instant, listed, span, when

_KIND_WORDS = {
    "DEPLOYMENT": "deployment",
    "SCHEMA_DRIFT": "schema drift from",
    "JOB_NOT_TRIGGERED": "a job that was not triggered,",
    "JOB_FAILED": "a failed job,",
    "JOB_RUNNING_SLOW": "a slow job,",
    "WRONG_PARTITION": "a write to the wrong partition by",
    "UPSTREAM_DATA_LATE": "late input data,",
    "SOURCE_DATA_ANOMALY": "anomalous source data in",
    "EVIDENCE_GAP": "a gap in the evidence from",
}
_GUARDED_READINGS = {
    "JOB_NOT_TRIGGERED": "The scheduler did not trigger it.",
    "JOB_RUNNING_SLOW": "Likely a performance regression or an input volume spike.",
    "WRONG_PARTITION": "The write committed, but with wrong partition or date logic.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, understood."""

    question: Question
    intent: Intent
    recorder: Recorder
    subject: Subject | None = None
    case: Case | None = None
    now: datetime | None = None


@dataclass(slots=True)
class Reply:
    """Lines of text and what they stand on."""

    lines: list[str] = field(default_factory=list[str])
    citations: list[str] = field(default_factory=list[str])

    def say(self, line: str) -> None:
        """Add a line; an empty one is nothing."""
        if line:
            self.lines.append(line)

    def cite(self, *keys: str) -> None:
        """Name what a line stands on; empty names are nothing."""
        self.citations.extend(key for key in keys if key)

    def number(self, heading: str, steps: list[str]) -> None:
        """A numbered list under ``heading``, if there is anything to list."""
        if steps:
            self.say(heading)
            self.lines.extend(f"{place}. {step}" for place, step in enumerate(steps, 1))


def data_set_of(asked: Asked) -> str:
    """The URN the question comes down to: the data set named, else the incident's own."""
    if asked.subject and asked.subject.kind == "dataset":
        return asked.subject.key
    return exact(asked.case.incident, "dataset_urn") if asked.case else ""


def label_of(asked: Asked) -> str:
    """What to call the subject in a sentence."""
    urn = data_set_of(asked)
    return spoken_name(urn) if urn else asked.subject.key if asked.subject else "this"


def found(case: Case) -> bool:
    """Whether the report names a root cause."""
    return exact(case.rca, "verdict") == "ROOT_CAUSE_FOUND" and bool(child(case.rca, "root_cause"))


def confidence(rca: Document) -> str:
    """``confidence 94%, HIGH``, or what of it is there."""
    document = child(rca, "confidence")
    score = number(document, "score")
    level = text(document, "level")
    stated = "" if score is None else f"{100 * score:.0f}%"
    joined = ", ".join(part for part in (stated, level) if part)
    return f"confidence {joined}" if joined else "confidence not stated"


def cause_name(cause: Document) -> str:
    """``deployment orders-svc:v3.17``."""
    kind = exact(cause, "kind")
    key = text(child(cause, "entity"), "key")
    words = _KIND_WORDS.get(kind, kind.lower().replace("_", " "))
    return f"{words} {spoken_name(key)}".strip()


def reading(case: Case) -> str:
    """No more than the evidence supports (team expectations, B4 copilot output guardrails)."""
    kind = exact(child(case.rca, "root_cause"), "kind")
    if kind == "JOB_FAILED" and text(case.incident, "failure_signature").startswith("OOM"):
        return "Likely a resource regression."
    return _GUARDED_READINGS.get(kind, "")


def boundaries(case: Case) -> str:
    """The boundaries in a sentence: first bad, last good and the time between them."""
    first, last = first_bad(case), last_good(case)
    began, ended = instant(first), instant(last)
    said = [
        f"first bad {when(first)}{_version(case, 'first_bad')}" if began else "",
        f"last good {when(last)}{_version(case, 'last_good')}" if ended else "",
    ]
    gap = f" ({span(began - ended)} apart)" if began and ended else ""
    joined = ", ".join(part for part in said if part)
    return (
        joined[:1].upper() + joined[1:] + gap + "." if joined else "Neither first bad nor last good is known."
    )


def first_bad(case: Case) -> object:
    """The first bad moment, from the report or the incident."""
    return _boundary(case, "first_bad")


def last_good(case: Case) -> object:
    """The last good moment, from the report or the incident."""
    return _boundary(case, "last_good")


def _boundary(case: Case, name: str) -> object:
    stated = (child(case.rca, "boundaries").get(name), case.incident.get(name))
    return next((each for each in stated if instant(each)), None)


def _version(case: Case, name: str) -> str:
    version = text(child(child(case.rca, "boundaries"), name), "version")
    return f" ({version})" if version else ""


def counts(case: Case) -> str:
    """How much failed, with its signature."""
    failed = failures(case.incident.get("evidence_summary"))
    signature = text(case.incident, "failure_signature")
    parts = [part for part in (failed, f"signature {signature}" if signature else "") if part]
    joined = ", ".join(parts)
    return joined[:1].upper() + joined[1:] + "." if joined else ""


def incident_line(case: Case) -> str:
    """The incident in a sentence: its id, severity and how long it has been open."""
    incident = case.incident
    identity = exact(incident, "incident_id")
    resolved = when(incident.get("resolved_at"))
    state = text(incident, "status").lower() or "of unknown state"
    opened = when(incident.get("created_at"))
    life = f"resolved at {resolved}" if resolved else f"{state} since {opened}" if opened else state
    severity = text(incident, "severity")
    return f"Incident {identity}, " + (f"{severity}, " if severity else "") + life + "."


def stale_note(case: Case) -> str:
    """A warning where the observer, not the data, may be what is broken."""
    if exact(case.incident, "freshness_of_evidence") != "STALE":
        return ""
    return "Careful: the evidence is STALE, events stopped arriving, so this may have changed since."


def relation_line(asked: Asked) -> str:
    """How the subject stands to the incident, where the incident is not its own."""
    case = asked.case
    if not case or case.relation == "own":
        return ""
    name, identity = label_of(asked), exact(case.incident, "incident_id")
    if case.relation == "past":
        return f"{name} has no open incident. This is its last one, {identity}:"
    source = spoken_name(exact(case.incident, "dataset_urn"))
    if case.relation == "member":
        return f"{name} is one of the data sets that incident {identity} on {source} hits."
    effect = text(case.effect, "effect") or "AT_RISK"
    hops = number(case.effect, "hops")
    distance = (
        "" if hops is None else f", {int(hops)} {'hop' if hops == 1 else 'hops'} downstream of {source}"
    )
    return f"{name} has no incident of its own; it is {effect}{distance} because of incident {identity}."


def evidence_of(case: Case) -> list[str]:
    """Evidence ids and run ids the report stands on, the incident's primary first."""
    refs = [exact(case.incident, "primary_evidence_id"), *strings(case.rca, "evidence_refs")]
    refs += strings(child(case.rca, "root_cause"), "evidence_refs")
    for step in children(case.rca, "path"):
        refs += strings(step, "evidence")
    return list(dict.fromkeys(ref for ref in refs if ref))


def cite_case(reply: Reply, case: Case) -> None:
    """Cite the incident, its data set, its cause and its first pieces of evidence."""
    cause = child(child(case.rca, "root_cause"), "entity")
    reply.cite(exact(case.incident, "incident_id"), exact(case.incident, "dataset_urn"), exact(cause, "key"))
    reply.cite(*evidence_of(case)[:5])


def evidence_line(case: Case) -> str:
    """The first pieces of evidence by id."""
    refs = evidence_of(case)
    return f"Evidence: {listed(refs, 3)}." if refs else ""
