"""The text beside the structured answer, for clients that show only text."""

from collections.abc import Callable

from copilot.asking.fields import child, children, exact, number, strings, text, tidy
from copilot.asking.reply import cause_name, confidence
from copilot.asking.words import count, moment_of, when
from copilot.readmodel import Document

MAX_ROWS = 30
MAX_STEPS = 8


def page(document: Document, row: Callable[[Document], str], noun: str) -> str:
    """A heading with the counts, a line an item, and how to read on."""
    items = children(document, "items")
    total = int(number(document, "total") or len(items))
    lines = [f"{count(len(items))} of {count(total)} {noun}"]
    lines += [f"- {row(item)}" for item in items[:MAX_ROWS]]
    if len(items) > MAX_ROWS:
        lines.append(f"({count(len(items) - MAX_ROWS)} more in the structured content)")
    if document.get("is_partial"):
        cursor = text(document, "next_cursor")
        lines.append(
            f"Partial: next_cursor={cursor}" if cursor else "Partial: raise the bounds to see the rest."
        )
    return "\n".join(lines)


def incident_row(item: Document) -> str:
    """One incident in a line."""
    facts = [text(item, name) for name in ("incident_id", "severity", "status", "title")]
    cause = child(item, "root_cause")
    verdict = cause_name(cause) if cause else text(item, "verdict")
    facts.append(f"{verdict} ({confidence(item)})" if verdict else "")
    return " | ".join(fact for fact in facts if fact)


def incident(document: Document) -> str:
    """The incident's head and its report."""
    head = [text(document, name) for name in ("incident_id", "severity", "status", "title")]
    lines = [" | ".join(part for part in head if part)]
    lines += [f"Opened {when(document.get('created_at'))} on {text(document, 'dataset_urn')}"]
    rca = child(document, "rca")
    return "\n".join([*lines, report(rca)] if rca else lines)


def report(rca: Document) -> str:
    """Verdict, cause, evidence, gaps and actions."""
    cause = child(rca, "root_cause")
    lines = [f"Verdict: {text(rca, 'verdict')} ({confidence(rca)})"]
    lines += [f"Root cause: {cause_name(cause)}: {text(cause, 'summary')}"] if cause else []
    lines += [f"Narrative: {text(rca, 'narrative')}"] if text(rca, "narrative") else []
    if not cause:
        lines += _steps("Candidates", [cause_name(each) for each in children(rca, "candidates")])
    for name in ("evidence_refs", "missing_evidence", "next_checks", "recommended_actions"):
        lines += _steps(name.replace("_", " ").capitalize(), strings(rca, name))
    lines += _steps("Blast radius", [asset_row(each) for each in children(rca, "blast_radius")])
    return "\n".join(lines)


def asset_row(item: Document) -> str:
    """One asset in a line."""
    hops = number(item, "hops")
    facts = [
        text(item, "urn"),
        text(item, "type"),
        f"tier {text(item, 'tier')}" if text(item, "tier") else "",
    ]
    facts += [
        ("1 hop" if hops == 1 else f"{hops:.0f} hops") if hops is not None else "",
        text(item, "effect", "status"),
    ]
    return " | ".join(fact for fact in facts if fact)


def dataset(document: Document) -> str:
    """Each plain fact of a data set's health on a line."""
    lines = [f"{text(document, 'urn')} is {text(document, 'status') or 'UNKNOWN'}"]
    for name in sorted(set(document) - {"urn", "status"}):
        value = _fact(document, name)
        lines += [f"{name}: {value}"] if value else []
    return "\n".join(lines)


def plain_row(item: Document) -> str:
    """Any document in a line: its plain fields and lists of names, in order."""
    values = {name: text(item, name) or ",".join(strings(item, name)[:MAX_STEPS]) for name in item}
    return tidy(" ".join(f"{name}={value}" for name, value in values.items() if value), 300)


def facts(document: Document) -> str:
    """Any document, a field a line, one level down."""
    return "\n".join(f"{name}: {_fact(document, name)}" for name in document if _fact(document, name))


def answer(document: Document) -> str:
    """The answer and what it cites."""
    cited = strings(document, "citations")
    return exact(document, "answer") + ("\nCitations: " + ", ".join(cited) if cited else "")


def _fact(document: Document, name: str) -> str:
    if listed := strings(document, name):
        return ", ".join(tidy(each, 200) for each in listed[:MAX_STEPS])
    if objects := children(document, name):
        return "; ".join(plain_row(each) for each in objects[:MAX_STEPS])
    inner = child(document, name)
    return text(document, name) or (plain_row(inner) if inner else "") or when(moment_of(document.get(name)))


def _steps(heading: str, items: list[str]) -> list[str]:
    if not items:
        return []
    rest = [f"- … {count(len(items) - MAX_STEPS)} more"] if len(items) > MAX_STEPS else []
    return [f"{heading}:", *[f"- {tidy(item, 300)}" for item in items[:MAX_STEPS]], *rest]
