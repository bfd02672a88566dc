"""Why, how do you know, what is missing, what to do, when: answers out of an incident's report."""

from copilot.readmodel import Document

from .fields import child, children, exact, number, strings, text, tidy
from .names import spoken_name
from .reply import (
    Asked,
    Reply,
    boundaries,
    cause_name,
    cite_case,
    confidence,
    counts,
    data_set_of,
    evidence_line,
    first_bad,
    found,
    incident_line,
    label_of,
    last_good,
    reading,
    relation_line,
    stale_note,
)
from .subject import Case
from .words import instant, listed, sentence, span, when

MAX_STEPS = 6


def why(asked: Asked) -> Reply:
    """The root cause with its boundaries, counts and first action; else what would decide it."""
    case = asked.case
    if not case:
        return no_incident(asked)
    reply = _opened(asked, case)
    _cause(reply, case) if found(case) else _inconclusive(reply, case)
    reply.say(f"{boundaries(case)} {counts(case)}".strip())
    reply.say(evidence_line(case))
    if exact(case.incident, "status") != "RESOLVED":
        _what_next(reply, case)
    reply.say(incident_line(case))
    reply.say(stale_note(case))
    return reply


def act(asked: Asked) -> Reply:
    """Recommended actions and next checks, in order."""
    case = asked.case
    if not case:
        return no_incident(asked)
    reply = _opened(asked, case)
    actions, checks = _texts(case, "recommended_actions"), _texts(case, "next_checks")
    if found(case):
        reply.say(f"Cause: {cause_name(child(case.rca, 'root_cause'))} ({confidence(case.rca)}).")
        reply.number("Do this:", actions)
        reply.number("Then check:", checks)
    else:
        reply.say(f"No cause is proven yet (INCONCLUSIVE, {confidence(case.rca)}), so decide that first.")
        reply.number("Check next:", checks)
        reply.number("Meanwhile:", actions)
    if not actions and not checks:
        reply.say("The report holds no recommended action and no next check.")
    reply.say(incident_line(case))
    return reply


def evidence(asked: Asked) -> Reply:
    """Confidence with its factors, the path, the evidence ids and the query that checks it."""
    if asked.subject and asked.subject.kind == "evidence":
        return _one_evidence(asked)
    case = asked.case
    if not case:
        return no_incident(asked)
    reply = _opened(asked, case)
    name = cause_name(child(case.rca, "root_cause")) if found(case) else "INCONCLUSIVE"
    reply.say(f"{name[:1].upper() + name[1:]}, {confidence(case.rca)}.")
    for factor in children(child(case.rca, "confidence"), "factors")[:MAX_STEPS]:
        reply.say(_factor(factor))
    reply.say(_path(case))
    reply.say(evidence_line(case))
    query = text(child(case.rca, "query"), "cypher")
    reply.say(f"Check it yourself: {query}" if query else "")
    reply.say(incident_line(case))
    return reply


def missing(asked: Asked) -> Reply:
    """What could not be seen, and what would fill it."""
    case = asked.case
    if not case:
        return no_incident(asked)
    reply = _opened(asked, case)
    gaps = _texts(case, "missing_evidence")
    reply.number("Could not be seen:", gaps)
    if not gaps:
        reply.say("Nothing is listed as missing: the report had all the evidence it looks for.")
    reply.number("What would decide it:", _texts(case, "next_checks"))
    reply.say(f"As it stands: {exact(case.rca, 'verdict') or 'no verdict'}, {confidence(case.rca)}.")
    reply.say(incident_line(case))
    return reply


def since(asked: Asked) -> Reply:
    """First bad, last good, how long, and the timeline."""
    case = asked.case
    if not case:
        return no_incident(asked)
    reply = _opened(asked, case)
    reply.say(boundaries(case))
    reply.say(_lasted(asked, case))
    for step in children(case.rca, "timeline")[:MAX_STEPS]:
        moment = when(step.get("time"))
        reply.say(f"- {moment}  {text(step, 'what')}" if moment else "")
        reply.cite(exact(step, "ref"))
    reply.say(incident_line(case))
    return reply


def no_incident(asked: Asked) -> Reply:
    """Nothing is open for the subject: say what is known instead."""
    reply = Reply()
    if not asked.subject:
        reply.say("No incident is open, so there is nothing to explain.")
        return reply
    name = label_of(asked)
    if asked.subject.kind != "dataset":
        reply.say(f"No incident names {name}.")
        reply.cite(asked.subject.key)
        return reply
    document = asked.recorder.ask("dataset_health", urn=asked.subject.key) or {}
    status = text(document, "status") or "UNKNOWN"
    good = when(document.get("last_good"))
    reply.say(
        f"No incident touches {name}, neither its own nor one upstream. Its status is {status}"
        + (f", last good {good}." if good else ".")
    )
    reply.cite(asked.subject.key)
    return reply


def _opened(asked: Asked, case: Case) -> Reply:
    reply = Reply()
    reply.say(relation_line(asked))
    cite_case(reply, case)
    if asked.subject and asked.subject.kind == "dataset":
        reply.cite(data_set_of(asked))
    return reply


def _cause(reply: Reply, case: Case) -> None:
    cause = child(case.rca, "root_cause")
    subject = spoken_name(exact(case.incident, "dataset_urn"))
    verb = "broke" if exact(case.incident, "status") == "RESOLVED" else "is broken"
    reply.say(f"{subject} {verb} because of {cause_name(cause)} ({confidence(case.rca)}).")
    reply.say(sentence(text(cause, "summary")))
    reply.say(reading(case))


def _inconclusive(reply: Reply, case: Case) -> None:
    subject = spoken_name(exact(case.incident, "dataset_urn"))
    reply.say(
        f"INCONCLUSIVE: the evidence does not single out a cause for {subject} ({confidence(case.rca)})."
    )
    suspects = [_suspect(cause) for cause in children(case.rca, "candidates")[:3]]
    reply.say(f"Suspects, none proven: {listed(suspects)}." if suspects else "No suspect stands out.")
    gaps = _texts(case, "missing_evidence")
    reply.say(f"Not seen: {'; '.join(gap.rstrip('.') for gap in gaps)}." if gaps else "")


def _suspect(cause: Document) -> str:
    score = number(cause, "score")
    return cause_name(cause) + ("" if score is None else f" ({100 * score:.0f}%)")


def _what_next(reply: Reply, case: Case) -> None:
    actions = _texts(case, "recommended_actions")
    if found(case):
        reply.say(f"Do first: {sentence(actions[0])}" if actions else "")
    else:
        reply.number("What would decide it:", _texts(case, "next_checks"))


def _texts(case: Case, name: str) -> list[str]:
    return [tidy(each, 300) for each in strings(case.rca, name)[:MAX_STEPS]]


def _factor(factor: Document) -> str:
    value, weight = number(factor, "value"), number(factor, "weight")
    share = "" if value is None else f" {value:.2f}"
    share += "" if weight is None else f" (weight {weight:.2f})"
    reason = text(factor, "reason")
    return f"- {text(factor, 'name')}{share}" + (f": {sentence(reason)}" if reason else "")


def _path(case: Case) -> str:
    steps = children(case.rca, "path")
    if not steps:
        return ""
    walked = _node(child(steps[0], "from"))
    for step in steps:
        walked += f" -{text(step, 'edge')}-> {_node(child(step, 'to'))}"
    return f"Path: {walked}."


def _node(ref: Document) -> str:
    return f"{text(ref, 'label')} {spoken_name(text(ref, 'key'))}".strip()


def _lasted(asked: Asked, case: Case) -> str:
    began = instant(first_bad(case))
    ended = instant(case.incident.get("resolved_at"))
    if began and ended:
        return f"It lasted {span(ended - began)}."
    if began and asked.now and asked.now > began:
        return f"It has been bad for {span(asked.now - began)}."
    good = instant(last_good(case))
    return (
        ""
        if began or not good
        else "The first bad moment lies after last good; it is not known more exactly."
    )


def _one_evidence(asked: Asked) -> Reply:
    reply = Reply()
    key = asked.subject.key if asked.subject else ""
    document = asked.recorder.ask("get_evidence", evidence_id=key) or {}
    validation = child(document, "validation") or document
    result = text(validation, "result", "status", "verdict") or "an unstated result"
    codes = strings(validation, "reason_codes") or [
        text(validation, "failure_signature", "reason", "signature")
    ]
    urn = exact(document, "dataset_urn") or exact(child(document, "dataset"), "urn")
    moment = when(exact(document, "timestamp", "event_time", "time", "at"))
    about = f" on {spoken_name(urn)}" if urn else ""
    reply.say(f"{key}: {result}{about}" + (f" at {moment}" if moment else "") + ".")
    reasons = [code for code in codes if code]
    reply.say(f"Reasons: {listed(reasons)}." if reasons else "")
    reply.cite(key, urn)
    if asked.case:
        reply.say(incident_line(asked.case))
        reply.cite(exact(asked.case.incident, "incident_id"))
    return reply
