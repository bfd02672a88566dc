"""What may become a node at all (spec: architecture_review.md §1.3, "strict write filters").

Rules come first and depend on nothing but the key: a partition collapses into its
table; a per-record key and one that no store can hold are refused. Caps come second.
While a cap is not reached the outcome does not depend on order; past it, who came first
stays and who came later is bucketed or refused, so *which* keys are kept then depends on
arrival.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .caps import SIGNATURES, SIGNATURES_PER_OWNER, CapUse, Rooms, lasting_caps, passing_caps
from .keys import is_evidence_id, names_a_record, signature_key, split_signature_key, without_partition
from .model import Edge, Node, NodeRef, Value
from .normalise import is_key
from .port import GraphStore

OTHER = "OTHER"
KINDS_PER_OWNER = 50
_PAGE = 1_000
_BUCKETED_TEXTS = ("field", "new_value", "family")


@dataclass(frozen=True, slots=True)
class FilterCounts:
    """How often each rule acted, for ``/metrics`` and ``sf doctor``."""

    collapsed: Mapping[str, int]
    bucketed: Mapping[str, int]
    refused: Mapping[str, int]


@dataclass(slots=True)
class _Tally:
    collapsed: Counter[str] = field(default_factory=Counter[str])
    bucketed: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])


class WriteFilter:
    """Rewrites mutations before they are buffered, so that the graph stays bounded.

    It remembers the keys of labels that stay, and counts the others in the store;
    ``WriteFilter.over(store)`` starts with what a store holds already.
    """

    def __init__(
        self,
        *,
        signatures_per_owner: int = SIGNATURES_PER_OWNER,
        signatures: int = SIGNATURES,
        label_caps: Mapping[str, int] | None = None,
        store: GraphStore | None = None,
    ) -> None:
        """``store`` tells how many nodes there are; without one, only labels that stay are capped."""
        self._signature_cap, self._signatures_cap = signatures_per_owner, signatures
        given = label_caps or {}
        self._caps = {name: given.get(name, cap) for name, cap in lasting_caps().items()}
        self._passing = {name: given.get(name, cap) for name, cap in passing_caps().items()}
        self._rooms = Rooms(store, self._passing)
        self._known: dict[str, set[str]] = {name: set() for name in self._caps}
        self._signatures: dict[str, set[str]] = {}
        self._named = 0
        self._tally = _Tally()

    @classmethod
    def over(
        cls,
        store: GraphStore,
        *,
        signatures_per_owner: int = SIGNATURES_PER_OWNER,
        signatures: int = SIGNATURES,
        label_caps: Mapping[str, int] | None = None,
    ) -> "WriteFilter":
        """A filter that knows what ``store`` holds, as after a restart."""
        made = cls(
            signatures_per_owner=signatures_per_owner, signatures=signatures, label_caps=label_caps,
            store=store,
        )  # fmt: skip
        for label in (*made._caps, "FailureSignature"):
            for key in _keys(store, label):
                made._remember(label, key)
        return made

    def apply(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> tuple[list[Node], list[Edge]]:
        """The mutations that may be written, their keys rewritten by rule."""
        kept_nodes = [kept for node in nodes if (kept := self._node(node)) is not None]
        kept_edges = [one for edge in edges if (one := self._edge(edge)) is not None]
        return kept_nodes, kept_edges

    def counts(self) -> FilterCounts:
        """How many mentions were collapsed, bucketed and refused, by label."""
        tally = self._tally
        return FilterCounts(dict(tally.collapsed), dict(tally.bucketed), dict(tally.refused))

    def recall(self, counts: FilterCounts) -> None:
        """Go on counting where a filter before a restart ended."""
        self._tally.collapsed.update(counts.collapsed)
        self._tally.bucketed.update(counts.bucketed)
        self._tally.refused.update(counts.refused)

    def caps(self, nodes_by_label: Mapping[str, int]) -> list[CapUse]:
        """Every cap, how much of it is used, and how many mentions it turned away.

        ``nodes_by_label`` is what the store counts.
        """
        refused, bucketed = self._tally.refused, self._tally.bucketed["FailureSignature"]
        caps = {**self._caps, **self._passing}
        uses = [CapUse(name, cap, nodes_by_label.get(name, 0), refused[name]) for name, cap in caps.items()]
        most = max(map(_named, self._signatures.values()), default=0)
        return [
            *sorted(uses, key=lambda use: use.name),
            CapUse("FailureSignature", self._signatures_cap, self._named, refused["FailureSignature"]),
            CapUse("FailureSignature of one data set", self._signature_cap, most, bucketed),
        ]

    def forget(self, refs: Iterable[NodeRef]) -> None:
        """Make room again for what has left the graph."""
        for label, key in refs:
            if label == "FailureSignature":
                self._forget_signature(key)
            elif label in self._known:
                self._known[label].discard(key)

    def _node(self, node: Node) -> Node | None:
        ref = self.admit(node.ref)
        if ref is None or ref == node.ref:
            return node if ref else None
        return Node(ref, _fitting(ref, node.props), node.at, node.times)

    def _edge(self, edge: Edge) -> Edge | None:
        src, dst = self.admit(edge.src), self.admit(edge.dst)
        if src is None or dst is None or (src == dst and edge.src != edge.dst):
            return None
        return Edge(edge.kind, src, dst, edge.props, edge.at, edge.times)

    def admit(self, ref: NodeRef) -> NodeRef | None:
        """The node that a mention of ``ref`` becomes; ``None`` when it may not become one."""
        label, key = ref
        if is_evidence_id(key) or not is_key(key):
            self._tally.refused[label] += 1
            return None
        if label == "FailureSignature":
            return self._signature(ref)
        if label in ("Dataset", "Column", "Quarantine"):
            ref = self._collapse(ref)
        return self._within_cap(ref)

    def _collapse(self, ref: NodeRef) -> NodeRef:
        urn, mark, column = ref.key.partition("#")
        table = without_partition(urn)
        if table == urn:
            return ref
        self._tally.collapsed[ref.label] += 1
        return NodeRef(ref.label, f"{table}{mark}{column}")

    def _within_cap(self, ref: NodeRef) -> NodeRef | None:
        known = self._known.get(ref.label)
        if known is None:
            return self._if_room(ref)
        if ref.key in known:
            return ref
        if len(known) >= self._caps[ref.label]:
            self._tally.refused[ref.label] += 1
            return None
        known.add(ref.key)
        return ref

    def _if_room(self, ref: NodeRef) -> NodeRef | None:
        if self._rooms.has_room_for(ref):
            return ref
        self._tally.refused[ref.label] += 1
        return None

    def bucket_of(self, key: str) -> str:
        """The key that a mention of a failure signature would get in the graph; "" when refused."""
        signature, owner = split_signature_key(key)
        owner = without_partition(owner)
        place = self._place(signature, owner)
        return signature_key(place, owner) if place else ""

    def _signature(self, ref: NodeRef) -> NodeRef | None:
        signature, owner = split_signature_key(ref.key)
        owner = without_partition(owner)
        place = self._place(signature, owner)
        if not place:
            self._tally.refused[ref.label] += 1
            return None
        if place != signature:
            self._tally.bucketed[ref.label] += 1
        self._note(self._signatures.setdefault(owner, set()), place)
        return NodeRef(ref.label, signature_key(place, owner))

    def _place(self, signature: str, owner: str) -> str:
        """The signature, the bucket it goes to, or "" where its owner is one too many."""
        if owner not in self._signatures and len(self._signatures) >= self._caps["Dataset"]:
            return ""
        known = self._signatures.get(owner, set())
        if names_a_record(signature) or (signature not in known and self._is_full(known)):
            return _bucket(signature, known)
        return signature

    def _is_full(self, known: set[str]) -> bool:
        return self._named >= self._signatures_cap or _named(known) >= self._signature_cap

    def _note(self, known: set[str], signature: str) -> None:
        if signature not in known:
            known.add(signature)
            self._named += not _is_bucket(signature)

    def _forget_signature(self, key: str) -> None:
        signature, owner = split_signature_key(key)
        known = self._signatures.get(owner, set())
        if signature in known:
            known.discard(signature)
            self._named -= not _is_bucket(signature)
        if not known:
            self._signatures.pop(owner, None)

    def _remember(self, label: str, key: str) -> None:
        if label != "FailureSignature":
            self._known[label].add(key)
            return
        signature, owner = split_signature_key(key)
        self._note(self._signatures.setdefault(owner, set()), signature)


def _is_bucket(signature: str) -> bool:
    return signature.startswith(f"{OTHER}:")


def _named(known: set[str]) -> int:
    """How many signatures are told apart, buckets for the rest not counted."""
    return sum(not _is_bucket(one) for one in known)


def _bucket(signature: str, known: set[str]) -> str:
    kind = signature.split(":", 1)[0]
    bucket = f"{OTHER}:{OTHER if names_a_record(kind) else kind}"
    others = sum(map(_is_bucket, known))
    return bucket if bucket in known or others < KINDS_PER_OWNER else f"{OTHER}:{OTHER}"


def _fitting(ref: NodeRef, props: Mapping[str, Value]) -> dict[str, Value]:
    if ref.label != "FailureSignature":
        return dict(props)
    signature, _ = split_signature_key(ref.key)
    kept = {name: value for name, value in props.items() if name not in _BUCKETED_TEXTS}
    return {**kept, "signature": signature} if "signature" in props else kept


def _keys(store: GraphStore, label: str) -> Iterable[str]:
    after = ""
    while page := store.find(label, limit=_PAGE, after=after):
        yield from (node.ref.key for node in page)
        after = page[-1].ref.key
