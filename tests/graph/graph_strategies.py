"""Small worlds for property tests: few names, few moments, so that things collide."""

from hypothesis import strategies as st

from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef, Value
from graph.schema import EDGE_KINDS, LABELS
from graph.schema_types import Property

TIMES = tuple(f"2026-01-{day:02d}T00:00:00.000Z" for day in range(1, 8))
KEYS = ("a", "b", "c", "é/ü")
BUSY_KINDS = ("FEEDS", "EXECUTED", "READ_FROM", "WROTE_TO", "CAUSED", "AFFECTS", "TRIGGERED", "INTRODUCED")
BUSY_LABELS = ("Dataset", "Job", "JobRun", "FailureSignature", "Signal")

moments = st.sampled_from(("", *TIMES))


def values(rule: Property) -> st.SearchStrategy[Value]:
    """Values a property may take, from a small pool."""
    words = ("x", "y", "z", "FAIL", "COMPLETE", "START", "ü")
    pools: dict[str, st.SearchStrategy[Value]] = {
        "str": st.sampled_from(words),
        "time": st.sampled_from(TIMES),
        "int": st.integers(-3, 3),
        "float": st.sampled_from((0.0, -0.0, 0.5, 1.0, 2)),
        "bool": st.booleans(),
        "strs": st.lists(st.sampled_from([f"e{n:02d}" for n in range(14)]), max_size=12).map(tuple),
    }
    return pools[rule.type]


@st.composite
def props(draw: st.DrawFn, registry: dict[str, Property]) -> dict[str, Value]:
    """A few properties that the registry declares."""
    names = draw(st.lists(st.sampled_from(sorted(registry)), unique=True, max_size=5))
    return {name: draw(values(registry[name])) for name in names}


def refs(labels: tuple[str, ...] = BUSY_LABELS) -> st.SearchStrategy[NodeRef]:
    """Names of nodes."""
    return st.builds(NodeRef, st.sampled_from(labels), st.sampled_from(KEYS))


@st.composite
def nodes(draw: st.DrawFn, ref: NodeRef | None = None) -> Node:
    """A node mutation."""
    name = draw(refs()) if ref is None else ref
    return Node(name, draw(props(dict(LABELS[name.label].properties))), draw(moments))


@st.composite
def edges(draw: st.DrawFn, kind: str | None = None) -> Edge:
    """An edge mutation between ends its kind allows."""
    declared = EDGE_KINDS[kind or draw(st.sampled_from(BUSY_KINDS))]
    ends = sorted(pair for pair in declared.ends if {*pair} <= {*BUSY_LABELS, "Incident", "Deployment"})
    source, target = draw(st.sampled_from(ends))
    src, dst = NodeRef(source, draw(st.sampled_from(KEYS))), NodeRef(target, draw(st.sampled_from(KEYS)))
    return Edge(declared.name, src, dst, draw(props(dict(declared.properties))), draw(moments))


def batches(most: int = 12) -> st.SearchStrategy[tuple[list[Node], list[Edge]]]:
    """Mutations that arrive together."""
    return st.tuples(st.lists(nodes(), max_size=most), st.lists(edges(), max_size=most))


hops = st.builds(Hop, st.sampled_from(BUSY_KINDS), st.sampled_from(("out", "in")))
specs = st.builds(
    ExpandSpec,
    st.lists(hops, min_size=1, max_size=8).map(tuple),
    max_hops=st.integers(0, 4),
    max_nodes=st.integers(0, 12),
    max_degree=st.integers(0, 4),
    since=moments,
    until=moments,
)
