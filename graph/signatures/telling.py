"""Which clauses state a failure, and which only tell what was going on when it happened."""

import re

from .lazy import Lazy

_STATES = Lazy(
    r"\b(?:cannot|can ?not|can['’]?t|could(?: not|n['’]?t)|unable to|not able to|must|may not|(?:is|are|was|were|has|have|do|does|did) ?n(?:ot|['’]?t)"
    r"|has no|have no|no such|not (?:found|exist|supported|allowed|permitted|valid|enough|authorized|available|a)|no longer|no valid"
    r"|invalid|illegal|unknown|unsupported|unexpected|unrecogni[sz]ed|undefined|unresolved|unauthorized|incompatible|incorrect"
    r"|insufficient|inconsistent|malformed|corrupt\w*|missing|mismatch\w*|conflict\w*|duplicated?|ambiguous|expired|expecting|required"
    r"|requires|already|exceed\w*|too (?:many|large|long|big|few|small|old|deep)|out of|more than|larger than|greater than"
    r"|denied|refused|forbidden|rejected|blocked|locked|closed|disconnected|lost|reset|aborted|killed|timed? ?out|disabled|no space"
    r"|violat\w+|overflow|deadlock|different|stopped|shut ?down|unavailable)\b",
    re.IGNORECASE,
)
_EMPTY = Lazy(
    r"\b(?:unexpected|unknown|internal|fatal|unhandled|uncaught) (?:\w{1,20} )?(?:error|exception|failure)s?\b",
    re.IGNORECASE,
)
_TELLS = Lazy(
    r"\W{0,3}(?:(?:while|when|during|after) [a-z]{2,20}ing\b|(?:\w{1,20} ){0,2}(?:an? )?(?:(?:error|exception|problem|failure|warning)s?\b(?! (?:code|class))|fail(?:ed|ure|s|ing)?\b|(?:un)?caught\b|rais(?:ed|ing)\b"
    r"|retry(?:ing)?\b|encountered\b|received\b|got\b|unable to\b|could not\b|cannot\b|can['’]t\b|couldn['’]t\b))",
    re.IGNORECASE,
)


def states(clause: str) -> bool:
    """Whether the clause says that something is wrong with something."""
    return _STATES.search(_EMPTY.sub("", clause)) is not None


def tells(clause: str) -> bool:
    """Whether the clause begins as an account of an operation that failed."""
    return _TELLS.match(clause) is not None
