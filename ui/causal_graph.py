"""The causal graph of one incident as Graphviz DOT, drawn by the browser itself.

The path from the cause to the incident stands in the middle; what else is hit
hangs below it, one box per hop, since a report tells how far away an asset is
but not through which others.
"""

from collections.abc import Iterable
from textwrap import wrap

from .documents import Document, document, documents, number, text, texts
from .markup import clean
from .wording import counted

_WIDTH = 36
_LINES = 4
_PER_HOP = 6
_STEPS = 40
_OPENING = """digraph causes {
graph [rankdir=TB, bgcolor="transparent", nodesep=0.3, ranksep=0.35, pad=0.1, margin=0]
node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=12, margin="0.16,0.09",
 color="#64748b", fillcolor="#f1f5f9", fontcolor="#0f172a", class="step"]
edge [fontname="sans-serif", fontsize=11, color="#64748b", fontcolor="#475569", class="link"]"""
_CAUSE = 'class="cause", color="#b91c1c", fillcolor="#fee2e2", penwidth=2.5'
_INCIDENT = (
    'class="incident", color="#1d4ed8", fillcolor="#dbeafe", penwidth=2.5, peripheries=2, style=filled'
)
_HIT = 'class="hit", color="#b45309", fillcolor="#fef3c7", style="filled,dashed"'
_LINK = 'class="path", color="#b91c1c", fontcolor="#7f1d1d", penwidth=2.2'


def quoted(text: str) -> str:
    """``text`` as a DOT string that means nothing but itself.

    A backslash starts an escape, an ampersand an entity and a quote ends the string;
    all three are written so that they show as they are.
    """
    escaped = clean(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', "&quot;")
    return f'"{escaped}"'


def lines(*parts: str) -> str:
    """Several lines as one DOT label; long ones are wrapped, very long ones cut."""
    shown = [piece for part in parts if part for piece in _wrapped(part)]
    return '"' + "\\n".join(quoted(piece)[1:-1] for piece in shown) + '"'


def to_dot(incident: Document) -> str:
    """The whole drawing of an incident; the same incident gives the same text."""
    rca = document(incident, "rca")
    steps = documents(rca, "path")[:_STEPS]
    drawn = [_OPENING]
    drawn += [_node(ref, incident) for ref in _refs(incident, steps)]
    drawn += [_edge(step) for step in steps]
    drawn += _blast(_foot(incident, steps), documents(rca, "blast_radius"))
    return "\n".join([*drawn, "}"])


def description(incident: Document) -> str:
    """The drawing in one sentence, for those who cannot see it."""
    rca = document(incident, "rca")
    names = [name for _, name in _refs(incident, documents(rca, "path"))]
    hit = len(documents(rca, "blast_radius"))
    return f"Causal path: {', then '.join(map(clean, names))}. {counted(hit, 'further asset')} downstream."


def _refs(incident: Document, steps: list[Document]) -> list[tuple[str, str]]:
    """Label and key of each node on the path, cause first; without a path, what is known."""
    ends = [_ref(document(step, end)) for step in steps for end in ("from", "to")]
    if not ends:
        cause = document(document(document(incident, "rca"), "root_cause"), "entity")
        ends = [_ref(cause)] if cause else []
        ends.append(("Dataset", text(incident, "dataset_urn", "unknown data set")))
    return list(dict.fromkeys(ends))


def _ref(entity: Document) -> tuple[str, str]:
    return text(entity, "label", "?"), text(entity, "key", "?")


def _role(ref: tuple[str, str], incident: Document) -> str:
    rca = document(incident, "rca")
    cause = document(document(rca, "root_cause"), "entity")
    if cause and ref == _ref(cause):
        return "cause"
    return "incident" if ref[0] == "Incident" else "step"


def _node(ref: tuple[str, str], incident: Document) -> str:
    label, key = ref
    shown, look = (label, key), ""
    role = _role(ref, incident)
    if role == "cause":
        shown, look = (f"ROOT CAUSE: {label}", key), f", {_CAUSE}"
    elif role == "incident":
        shown, look = (
            (f"INCIDENT {text(incident, 'severity')}", text(incident, "title", key)),
            f", {_INCIDENT}",
        )
    return f"{_id(ref)} [label={lines(*shown)}, tooltip={quoted(key)}{look}]"


def _edge(step: Document) -> str:
    count = len(texts(step, "evidence"))
    cited = f"{count} cited" if count else ""
    ends = f"{_id(_ref(document(step, 'from')))} -> {_id(_ref(document(step, 'to')))}"
    return f"{ends} [label={lines(text(step, 'edge'), cited)}, tooltip={quoted(text(step, 'edge'))}, {_LINK}]"


def _foot(incident: Document, steps: list[Document]) -> str:
    """The node the blast radius hangs from: the incident, or the last of the path."""
    refs = _refs(incident, steps)
    return _id(next((ref for ref in reversed(refs) if ref[0] == "Incident"), refs[-1]))


def _blast(foot: str, hit: list[Document]) -> list[str]:
    by_hop: dict[int, list[Document]] = {}
    for asset in hit:
        by_hop.setdefault(int(number(asset, "hops") or 0), []).append(asset)
    drawn: list[str] = []
    for hops in sorted(by_hop):
        box = f'"hop {hops}"'
        label = lines(_distance(hops), *_named(by_hop[hops]))
        drawn.append(f"{box} [label={label}, tooltip={quoted(_distance(hops))}, {_HIT}]")
        drawn.append(f'{foot} -> {box} [style=dashed, class="reach", tooltip="downstream"]')
        foot = box
    return drawn


def _named(assets: list[Document]) -> Iterable[str]:
    for asset in assets[:_PER_HOP]:
        yield f"{_short(text(asset, 'urn', '?'))} · {text(asset, 'effect', 'AT_RISK').replace('_', ' ')}"
    if len(assets) > _PER_HOP:
        yield f"and {len(assets) - _PER_HOP} more"


def _distance(hops: int) -> str:
    return f"ALSO HIT, {hops} {'hop' if hops == 1 else 'hops'} downstream"


def _short(urn: str) -> str:
    """The last part of a URN, by which people know the asset."""
    return urn.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1] or urn


def _id(ref: tuple[str, str]) -> str:
    return quoted(f"{ref[0]} {ref[1]}")


def _wrapped(part: str) -> list[str]:
    pieces = wrap(clean(part), _WIDTH, break_on_hyphens=False) or [""]
    return (
        pieces if len(pieces) <= _LINES else [*pieces[: _LINES - 1], pieces[_LINES - 1][: _WIDTH - 1] + "…"]
    )
