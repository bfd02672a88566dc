"""From an understood question to the answer that fits it."""

from collections.abc import Callable

from . import reply_data, reply_lineage, reply_lists, reply_why
from .intents import Intent
from .reply import Asked, Reply

_ANSWERS: dict[Intent, Callable[[Asked], Reply]] = {
    Intent.ACTION: reply_why.act,
    Intent.EVIDENCE: reply_why.evidence,
    Intent.MISSING: reply_why.missing,
    Intent.HIT: reply_lineage.hit,
    Intent.UPSTREAM: reply_lineage.upstream,
    Intent.CHANGED: reply_lineage.changed,
    Intent.OWNER: reply_data.owner,
    Intent.WHEN: reply_why.since,
    Intent.WHY: reply_why.why,
    Intent.HEALTH: reply_data.health,
    Intent.LIST: reply_lists.incidents,
    Intent.SHOW: reply_lists.show,
    Intent.HELP: reply_lists.show,
}


def route(asked: Asked) -> Reply:
    """The answer to a question whose subject, if it has one, is known."""
    if asked.subject and asked.subject.kind == "evidence" and asked.intent is not Intent.WHY:
        return reply_why.evidence(asked)
    if asked.intent in {Intent.SHOW, Intent.HELP} and not asked.case and asked.subject:
        return reply_data.health(asked)
    if asked.intent is Intent.HEALTH and not asked.subject:
        return reply_data.overall(asked)
    return _ANSWERS[asked.intent](asked)
