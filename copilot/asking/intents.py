"""Which question is asked.

Each intent has phrases with a weight; the weights of the phrases found are added
and the highest sum wins, ties going to the earlier intent. Words of five letters
or more that are nearly a known word are read as it ("downsteam"). Names of tables
and ids take no part, so that a table called ``why_broken`` changes nothing.
"""

import difflib
import re
from enum import StrEnum

from .question import Question, looks_like_a_name
from .stop_words import STOP_WORDS


class Intent(StrEnum):
    """What a question is after."""

    HELP = "help"
    ACTION = "what to do"
    EVIDENCE = "how do you know"
    MISSING = "what is missing"
    HIT = "what is hit"
    UPSTREAM = "what feeds it"
    CHANGED = "what changed"
    OWNER = "who owns it"
    WHEN = "when did it start"
    WHY = "why"
    HEALTH = "is it healthy"
    LIST = "which incidents"
    SHOW = "tell me about it"


_RULES: dict[Intent, tuple[tuple[str, float], ...]] = {
    Intent.HELP: (
        (r"^(help|hello|hi|hey)\b", 3),
        (r"\bwhat (can|could) (you|i|we) (do|ask)\b", 6),
        (r"\bhow (do|can) i (use|ask)\b", 6),
        (r"\bwhat do you do\b", 6),
    ),
    Intent.ACTION: (
        (r"\bwhat (do|should|can|must|shall) (i|we)\b", 3),
        (r"\b(what|how) to (do|check|fix|resolve|mitigate|recover|try)\b", 5),
        (r"\bhow (do|can|should) (i|we) (fix|resolve|mitigate|recover|repair|solve|unblock)\b", 5),
        (r"\b(fix|mitigate|mitigation|remediate|remedy|recover|repair|resolve|unblock)\b", 3),
        (r"\b(rollback|roll back|revert)\b", 3),
        (r"\b(actions?|recommend\w*|advice|suggest\w*|playbook|runbook)\b", 3),
        (r"\bnext (steps?|checks?|actions?|thing)\b|\bwhat (is )?next\b", 4),
    ),
    Intent.EVIDENCE: (
        (r"\bhow (do|can|are) you (know|be sure|sure|tell|so sure|certain)\b", 6),
        (r"\b(evidence|proof|prove|proven|justify|show your work|citations?|cypher|gremlin)\b", 4),
        (r"\b(confidence|confident|certain|certainty|sure)\b", 4),
        (r"\b(causal|evidence) (path|chain)\b|\bthe (path|chain)\b|\bpath\b", 4),
    ),
    Intent.MISSING: (
        (r"\bwhat (is|are) (still )?(missing|unknown|unclear)\b", 6),
        (r"\bmissing evidence\b|\bevidence (is )?missing\b", 7),
        (r"\b(blind spots?|gaps?|unknowns?)\b", 4),
        (r"\b(can ?not|cant|could not|couldnt|do not|dont|did not|didnt) (you )?(see|know)\b", 5),
    ),
    Intent.HIT: (
        (r"\bblast radius\b", 6),
        (r"\bdownstream\b", 5),
        (r"\b(affect(s|ed|ing)?|impact(s|ed|ing)?|hit|harmed|consumers?|dependants?|dependents?)\b", 4),
        (r"\b(depends?|rely|relies) on\b", 4),
        (r"\b(what|who|which) else\b", 2),
        (r"\bwhat (does|did|will|would) (it|this|that|x) (break|hit|block)\b", 5),
        (r"\b(who|which team\w*) (should|must|do) (i|we) (tell|warn|notify|inform)\b", 6),
    ),
    Intent.UPSTREAM: (
        (r"\bupstream\b", 4),
        (r"\b(what|which|who) (\w+ )?(feeds?|writes?|produces?|populates?)\b", 5),
        (r"\b(does|do|did) (x|it|this|that) (depend|rely)\b", 6),
        (r"\b(inputs?|sources?|lineage|come from|comes from|depend on what)\b", 4),
    ),
    Intent.CHANGED: (
        (r"\bwhat (\w+ )?(changed|change|is new)\b", 5),
        (r"\b(changed|changes|change)\b", 3),
        (r"\b(deploy(s|ed|ment|ments|ing)?|shipped|ship|released?|releases|commits?)\b", 4),
        (r"\b(rollouts?|rolled out|went live)\b", 4),
        (r"\bwhat version\b|\bwhich version\b", 4),
    ),
    Intent.OWNER: (
        (r"\b(who|which team) (\w+ )?(owns?|runs?|maintains?|looks after)\b", 6),
        (r"\b(owners?|owned|owns|ownership|responsible|accountable|contact|escalate)\b", 4),
        (r"\bwho (do|should|can|must) (i|we) (\w+ )?(call|page|ping|ask|contact|talk)\b", 6),
        (r"\b(whose|what team|which team|on ?call)\b", 3),
    ),
    Intent.WHEN: (
        (r"\bwhen\b", 3),
        (r"\bsince when\b|\bhow long\b|\b(what|which) time\b|\btimeline\b", 5),
        (r"\bfirst bad\b|\blast good\b|\blast (success\w*|update\w*|refresh\w*|time)\b", 5),
        (r"\b(started|start|begin|began|begun)\b", 2),
    ),
    Intent.WHY: (
        (r"\bwhy\b|\bhow come\b", 5),
        (r"\broot cause\b|\bcaus(e|ed|es|ing)\b|\breasons?\b|\bculprit\b|\bto blame\b", 5),
        (r"\bexplain\b|\bdiagnose\b|\banaly[sz]e\b|\brca\b|\binvestigate\b", 4),
        (r"\bwhat (happened|broke|went wrong|is going on)\b", 4),
        (r"\bwhat is (wrong|broken|the (problem|issue|matter))\b", 2.5),
        (r"\b(wrong|problem|issue|matter|up) with\b", 3),
    ),
    Intent.HEALTH: (
        (r"\b(health|healthy|status|state|fine|okay|ok|good shape|trust|trustworthy|usable)\b", 3),
        (r"\b(fresh|freshness|stale|late|up to date|current|on time|watermark|delayed|outdated)\b", 3),
        (r"^(and )?(is|are|was|were|how is|how are)\b", 2),
        (r"\b(broken|failing|down|working)\b", 1),
        (r"\b(list|show|which|what|all)\b.{0,20}\b(data ?sets|tables|streams)\b", 3),
        (r"\b(did|has|have|is|are|was) (\w+ ){1,2}(recover|recovered|resolved|fixed|back)\b", 4),
        (r"\bslo\b|\bsignals?\b", 3),
    ),
    Intent.LIST: (
        (
            r"\b(list|show|any|all|open|active|current|ongoing|which|what|recent|latest)\b.{0,24}\bincidents\b",
            5,
        ),
        (r"\bincidents\b|\bopen incident\b|\balerts?\b|\boutages?\b", 3),
        (r"\bwhat is (broken|wrong|failing|down|on fire|red)\b", 2.6),
        (r"\banything (broken|wrong|failing|down|on fire|open)\b", 4),
    ),
    Intent.SHOW: (
        (r"\b(show|open|describe|display|summari[sz]e|summary|details?|overview|tell me about|about)\b", 2),
        (r"\bincident\b", 1),
    ),
}
_COMPILED = {
    intent: tuple((re.compile(pattern), weight) for pattern, weight in rules)
    for intent, rules in _RULES.items()
}
_KNOWN_WORDS = """
about actions advice affected affects alerts analyze blast broke broken cause caused causes certain
changed changes check confidence confident consumers culprit delayed depends deploy deployed
deployment deployments describe details downstream escalate evidence explain failed failing feeds
fresh freshness happened health healthy impact impacted incident incidents investigate latest
lineage maintains missing mitigate outage outdated owner owners ownership owns proof radius reason
recent recommend recommended release released reports resolve responsible rollback shipped signals
since stale started status summary timeline unknown upstream watermark working wrong
"""
VOCABULARY: frozenset[str] = frozenset(_KNOWN_WORDS.split())


def classify(question: Question) -> Intent | None:
    """The intent whose phrases weigh most; None where no phrase is found."""
    spoken = spoken_form(question)
    sums = {intent: _weigh(spoken, intent) for intent in Intent}
    best = max(Intent, key=lambda intent: sums[intent])
    return best if sums[best] > 0 else None


def spoken_form(question: Question) -> str:
    """The question with near misses read as known words and names as ``x``."""
    return " ".join("x" if looks_like_a_name(word) else mend(word) for word in question.words)


def mend(word: str) -> str:
    """The known word that ``word`` nearly is, or itself."""
    if len(word) < 5 or len(word) > 20 or word in VOCABULARY | STOP_WORDS:
        return word
    near = difflib.get_close_matches(word, sorted(VOCABULARY), n=1, cutoff=0.82)
    return near[0] if near else word


def _weigh(spoken: str, intent: Intent) -> float:
    return sum(weight for pattern, weight in _COMPILED[intent] if pattern.search(spoken))
