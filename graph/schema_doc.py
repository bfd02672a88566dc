"""The schema registry as the tables of docs/graph.md: `python -m graph.schema_doc [--check] [PATH]`."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from .edge_kinds import EDGE_PROPERTIES
from .schema import EDGE_KINDS, LABELS
from .schema_types import Property

BEGIN, END = "<!-- registry: begin -->", "<!-- registry: end -->"
PAGE = Path(__file__).parents[1] / "docs" / "graph.md"


def registry_tables() -> str:
    """Markdown of every label, edge kind and property."""
    return "\n".join([*_labels(), "", *_edges(), "", *_properties()])


def renewed(page: str) -> str:
    """``page`` with what stands between the two markers made anew.

    Raises:
        ValueError: the page has no such markers.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{registry_tables()}\n\n{END}{after}"


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the page, or with ``--check`` only say whether it is up to date (exit code 1: it is not)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("path", nargs="?", type=Path, default=PAGE)
    given = parser.parse_args(arguments)
    page = given.path.read_text(encoding="utf-8")
    fresh = renewed(page)
    if given.check and fresh != page:
        sys.stderr.write(f"{given.path.name} is out of date: run python -m graph.schema_doc\n")
        return 1
    if fresh != page:
        given.path.write_text(fresh, encoding="utf-8")
    return 0


def _labels() -> Iterable[str]:
    yield "| label | key | retention | cap of the write filter | properties |"
    yield "| --- | --- | --- | --- | --- |"
    for label in LABELS.values():
        cap = f"{label.cap:,}" if label.cap else "none"
        per = " a data set" if label.name == "FailureSignature" else ""
        names = _by_rule(label.properties)
        yield f"| `{label.name}` | {label.key} | {label.retention} | {cap}{per} | {names} |"


def _edges() -> Iterable[str]:
    yield "| edge | from → to | retention |"
    yield "| --- | --- | --- |"
    for kind in EDGE_KINDS.values():
        targets: dict[str, list[str]] = {}
        for source, target in sorted(kind.ends):
            targets.setdefault(source, []).append(target)
        ends = "; ".join(f"{source} → {', '.join(names)}" for source, names in targets.items())
        yield f"| `{kind.name}` | {ends} | {kind.retention} |"


def _properties() -> Iterable[str]:
    yield f"Every edge carries: {_by_rule(EDGE_PROPERTIES)}."


def _by_rule(properties: Mapping[str, Property]) -> str:
    groups: dict[str, list[str]] = {}
    for rule in properties.values():
        if not (rule.type == "bool" and rule.name.endswith("_capped")):
            groups.setdefault(_rule_name(rule), []).append(f"`{rule.name}`")
    return "; ".join(f"*{name}* {' '.join(names)}" for name, names in groups.items())


def _rule_name(rule: Property) -> str:
    if rule.rule == "union":
        return f"union of {rule.cap}"
    if rule.rule == "at_min":
        return f"at min {rule.beside}"
    return rule.rule if rule.type == "str" else f"{rule.rule} {rule.type}"


if __name__ == "__main__":
    sys.exit(main())
