"""``python -m service.rcabench.fleet SEED [FAMILY]``: tell the story of a case."""

import sys
from collections import Counter
from collections.abc import Iterator

from ..case import Case, Fault
from . import generate


def story(case: Case) -> Iterator[str]:
    """The case in words, a line at a time."""
    kinds = Counter(event["kind"] for event in case.events)
    yield f"{case.case_id}: {len(case.events)} envelopes, looked at {case.until}"
    yield f"  received: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}"
    yield f"  traits:   {', '.join(case.traits) or 'none'}"
    for one in case.faults:
        yield from _fault(one)
    if case.is_healthy:
        yield "  nothing is wrong"


def _fault(one: Fault) -> Iterator[str]:
    yield f"  fault {one.name} ({one.family})"
    yield f"    right:     {'; '.join(f'{kind} {key}' for kind, key in one.answers) or 'nobody can know'}"
    yield f"    broken:    {', '.join(sorted(one.broken)) or 'nothing'}"
    yield f"    harmed:    {', '.join(sorted(one.harmed)) or 'nothing'}"
    yield f"    reachable: {', '.join(sorted(one.reachable)) or 'nothing'}"
    for path in one.paths[:4]:
        yield f"    path:      {' -> '.join(path)}"


def main(arguments: list[str]) -> int:
    """Print the story of the seed that ``arguments`` name; ``healthy`` stands for no fault."""
    words = [word for word in arguments if not word.lstrip("-").isdecimal()]
    seeds = [int(word) for word in arguments if word.lstrip("-").isdecimal()]
    if not seeds:
        sys.stderr.write("usage: python -m service.rcabench.fleet SEED… [FAMILY…|healthy]\n")
        return 2
    families = [word for word in words if word != "healthy"] or None
    for seed in seeds:
        case = generate(seed, families=families, healthy="healthy" in words)
        sys.stdout.write("\n".join(story(case)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
