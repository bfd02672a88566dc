"""Which incidents there are, one incident shown, choices, unknown names and help."""

from copilot.readmodel import Document

from .cases import touches
from .fields import child, children, exact, number, strings, text
from .finder import open_first
from .names import spoken_name
from .reply import Asked, Reply, cause_name, confidence, found
from .reply_why import why
from .subject import Case, Found
from .words import listed, plural, when

MAX_INCIDENTS = 10
_HELP = (
    "I answer from the evidence, without guessing. Name a data set, an incident id, or nothing at all:",
    "- why is orders_gold_daily stale?",
    "- what changed? when did it start?",
    "- what is hit downstream? who is affected?",
    "- what feeds it? who owns it? is it healthy?",
    "- what should I do? how do you know? what is missing?",
    "- list incidents; show incident 1; status",
)


def incidents(asked: Asked) -> Reply:
    """Open incidents, newest first, numbered; those of one data set where one is named."""
    reply = Reply()
    urn = asked.subject.key if asked.subject and asked.subject.kind == "dataset" else ""
    items = _of(asked, urn) if urn else open_first(asked.recorder)
    opened = [item for item in items if exact(item, "status") == "OPEN"]
    about = f" for {spoken_name(urn)}" if urn else ""
    if not items:
        reply.say(f"No incident is known{about}: nothing is wrong.")
    elif opened:
        reply.say(f"{plural(len(opened), 'open incident')}{about}, newest first:")
    else:
        reply.say(f"No incident is open{about}. The latest, all resolved:")
    shown = (opened or items)[:MAX_INCIDENTS]
    for place, item in enumerate(shown, 1):
        reply.say(f"{place}. {_headline(item)}")
        reply.cite(exact(item, "incident_id"))
    _rest(reply, asked, len(opened or items), urn)
    return reply


def show(asked: Asked) -> Reply:
    """One incident: title, impact and cause."""
    case = asked.case
    if not case or not asked.subject:
        return incidents(asked)
    reply = why(asked)
    title = text(case.incident, "title")
    if case.relation == "own" and title:
        reply.lines.insert(0, title + ".")
    affected = strings(case.incident, "datasets")
    if len(affected) > 1:
        reply.say(f"Data sets hit: {listed([spoken_name(urn) for urn in affected])}.")
        reply.cite(*affected[:6])
    downstream = children(case.rca, "blast_radius")
    if downstream:
        worst = [f"{spoken_name(exact(each, 'urn'))} ({text(each, 'effect')})" for each in downstream]
        reply.say(f"Downstream: {listed(worst, 4)}.")
    return reply


def choose(found_names: Found) -> Reply:
    """Several things bear the name: which one?"""
    reply = Reply()
    keys = [subject.key for subject in found_names.choices]
    reply.say(f"That name fits {plural(len(keys), 'thing')}. Which one do you mean?")
    for key in keys[:MAX_INCIDENTS]:
        reply.say(f"- {key}")
    if len(keys) > MAX_INCIDENTS:
        reply.say(f"… and {len(keys) - MAX_INCIDENTS:,} more.")
    reply.cite(*keys[:MAX_INCIDENTS])
    return reply


def unknown(found_names: Found, asked: Asked) -> Reply:
    """Nobody knows the name: the nearest ones, and what is open."""
    reply = Reply()
    reply.say(f"I know nothing called {found_names.unknown[:80]!r}.")
    near = list(found_names.suggestions)
    reply.say(f"Nearest names: {listed(near)}." if near else "No name here is close to it.")
    reply.cite(*near)
    _what_is_open(reply, asked)
    return reply


def which_incident(asked: Asked) -> Reply:
    """Nothing is named and several incidents are open."""
    reply = incidents(asked)
    reply.lines[0] = f"{reply.lines[0].split(',')[0]}. Which one do you mean?"
    return reply


def help_text(asked: Asked, *, puzzled: bool = False) -> Reply:
    """What can be asked."""
    reply = Reply()
    if puzzled:
        reply.say("I can't answer that one.")
    for line in _HELP:
        reply.say(line)
    _what_is_open(reply, asked)
    return reply


def _what_is_open(reply: Reply, asked: Asked) -> None:
    opened = asked.recorder.items("list_incidents", status="OPEN", limit=50)
    if not opened:
        reply.say("No incident is open now.")
        return
    names = [f"{exact(item, 'incident_id')} ({spoken_name(exact(item, 'dataset_urn'))})" for item in opened]
    reply.say(f"Open now: {listed(names, 4)}.")
    reply.cite(*[exact(item, "incident_id") for item in opened[:4]])


def _of(asked: Asked, urn: str) -> list[Document]:
    items = asked.recorder.items("list_incidents", dataset=urn, limit=50)
    mine = [item for item in items if touches(item, urn)]
    if not mine and asked.case:
        return [asked.case.incident]
    return mine


def _headline(incident: Document) -> str:
    case = Case(incident, child(incident, "rca"))
    severity, opened = text(incident, "severity"), when(incident.get("created_at"))
    title = text(incident, "title") or spoken_name(exact(incident, "dataset_urn"))
    head = f"{exact(incident, 'incident_id')}  {severity}  {title}".replace("    ", "  ")
    if case.rca:
        cause = cause_name(child(case.rca, "root_cause")) if found(case) else "INCONCLUSIVE"
        head += f"; {cause}, {confidence(case.rca)}"
    return head + (f", since {opened}" if opened else "")


def _rest(reply: Reply, asked: Asked, listed_now: int, urn: str) -> None:
    if urn:
        return
    total = number(asked.recorder.ask("list_incidents", status="OPEN", limit=50) or {}, "total") or 0
    hidden = int(max(total, listed_now)) - min(listed_now, MAX_INCIDENTS)
    reply.say(f"… and {hidden:,} more." if hidden > 0 else "")
