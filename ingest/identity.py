"""Which data set a name on the wire stands for (contract §1).

In order: an explicit mapping rule, the ``symlinks`` facet, a registered storage path
or table name without its partition suffix; otherwise a URN of its own, listed as
unresolved. Knowledge that comes later renames what was resolved earlier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from graph.keys import without_partition
from signal_factory.urns import dataset_urn_for, urn_problem
from signal_factory.wire import DatasetRegistration, MappingRule, OLDataset
from signal_factory.wire.shapes import is_list, is_object

_MAX_NAMES = 100_000
_bare = lru_cache(maxsize=4_096)(without_partition)


@dataclass(slots=True)
class Known:
    """A name that was seen and what it currently stands for."""

    namespace: str
    name: str
    urn: str
    resolved: bool
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Book:
    """Everything identity rests on, as it is kept."""

    rules: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    places: dict[str, str] = field(default_factory=dict[str, str])
    tables: dict[str, str] = field(default_factory=dict[str, str])
    registered: list[str] = field(default_factory=list[str])
    names: dict[str, Known] = field(default_factory=dict[str, Known])


class Identity:
    """Resolves names; deterministic, and independent of the order in which knowledge came."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book()
        self.changed = False

    def dataset(self, seen: OLDataset) -> str:
        """The URN of an OpenLineage data set."""
        aliases = tuple(_symlinks(seen))
        return self._known(seen.namespace, seen.name, aliases).urn

    def name(self, text: str) -> str:
        """The URN of a data set named by URN, path or table in an event of ours."""
        if text.startswith(("ds://", "urn:")):
            return _bare(text)
        scheme, _, rest = text.partition("://")
        if not rest:
            return self._known("", text, ()).urn
        authority, _, path = rest.partition("/")
        return self._known(f"{scheme}://{authority}", path or authority, ()).urn

    def topic(self, topic: str) -> tuple[str, str] | None:
        """(data set URN, service) of a stream topic that a rule maps."""
        return self.book.rules.get(_key("topic", topic))

    def learn_rule(self, rule: MappingRule, order: str) -> list[tuple[str, str]]:
        """Take in a mapping rule; returns the (old, new) URNs of names it moves.

        ``order`` breaks ties between rules for one name: the greatest wins.
        """
        keys = [_key("topic", rule.topic)] if rule.topic else []
        if rule.namespace is not None and rule.name:
            keys.append(_key(rule.namespace, rule.name))
        for key in keys:
            stamp = self.book.rules.get(f"{key}\x00order", ("", ""))[0]
            if order >= stamp:
                self.book.rules[key] = (rule.dataset_urn, rule.service or "")
                self.book.rules[f"{key}\x00order"] = (order, "")
        return self._reconsider()

    def learn_registration(self, registration: DatasetRegistration) -> list[tuple[str, str]]:
        """Take in a registration's storage places; returns the (old, new) URNs it moves."""
        if registration.urn not in self.book.registered:
            self.book.registered.append(registration.urn)
        for text in registration.storage_paths:
            target = self.book.places if "://" in text else self.book.tables
            target[_place(text)] = min(registration.urn, target.get(_place(text), registration.urn))
        return self._reconsider()

    def unresolved(self) -> list[dict[str, object]]:
        """Names kept under a URN of their own, with the nearest registered URNs."""
        return [
            {"namespace": each.namespace, "name": each.name, "dataset_urn": each.urn,
             "suggestions": self._suggest(each)}
            for _, each in sorted(self.book.names.items())
            if not each.resolved
        ]  # fmt: skip

    def _known(self, namespace: str, name: str, aliases: tuple[tuple[str, str], ...]) -> Known:
        table = _bare(name.rstrip("/")) if name.strip("/") else name
        key = _key(namespace, table)
        found = self.book.names.get(key)
        if found is not None and set(aliases) <= set(found.aliases):
            return found
        merged = tuple(sorted({*aliases, *(found.aliases if found else ())}))
        urn, resolved = self._resolve(namespace, table, merged)
        known = Known(namespace, table, urn, resolved, merged)
        if found is not None or len(self.book.names) < _MAX_NAMES:
            self.book.names[key] = known
            self.changed = True
        return known

    def _resolve(self, namespace: str, name: str, aliases: Sequence[tuple[str, str]]) -> tuple[str, bool]:
        named = ((namespace, name), *aliases)
        for find in (self._by_rule, self._by_place):
            for each_namespace, each_name in named:
                urn = find(each_namespace, without_partition(each_name.rstrip("/")))
                if urn:
                    return urn, True
        own_namespace, own_name = min(aliases) if aliases else (namespace, name)
        return dataset_urn_for(own_namespace, without_partition(own_name)), False

    def _by_rule(self, namespace: str, name: str) -> str:
        exact = self.book.rules.get(_key(namespace, name)) or self.book.rules.get(_key(namespace, f"{name}/"))
        if exact:
            return exact[0]
        if namespace.startswith("kafka"):
            mapped = self.book.rules.get(_key("topic", name))
            if mapped:
                return mapped[0]
        return self._by_wildcard(namespace, name)

    def _by_wildcard(self, namespace: str, name: str) -> str:
        best = ("", "")
        prefix = f"{namespace}\x1f"
        for key, (urn, _) in self.book.rules.items():
            pattern = key.removeprefix(prefix)
            if not key.startswith(prefix) or "\x00" in key:
                continue
            stem = pattern.rstrip("*").rstrip("/") if pattern.endswith("*") else without_partition(pattern)
            if pattern.endswith("*"):
                fits = name.startswith(pattern[:-1]) or name == stem
            else:
                fits = without_partition(pattern.rstrip("/")) == name
            if fits and (len(stem), urn) > (len(best[0]), best[1]):
                best = (stem, urn)
        return best[1]

    def _by_place(self, namespace: str, name: str) -> str:
        urn = f"{namespace.rstrip('/')}/{name.lstrip('/')}"
        if urn_problem(name) is None and name in self.book.registered:
            return name
        for place in (urn, name):
            found = self.book.places.get(_place(place))
            if found:
                return found
        return self.book.tables.get(_place(name), "")

    def _reconsider(self) -> list[tuple[str, str]]:
        self.changed = True
        moved: list[tuple[str, str]] = []
        for known in self.book.names.values():
            urn, resolved = self._resolve(known.namespace, known.name, known.aliases)
            if urn != known.urn:
                moved.append((known.urn, urn))
            known.urn, known.resolved = urn, resolved
        return sorted(set(moved))

    def _suggest(self, known: Known) -> list[str]:
        tails = {urn.rpartition("/")[2].rpartition(":")[2]: urn for urn in sorted(self.book.registered)}
        tail = known.name.rstrip("/").replace(".", "/").rpartition("/")[2]
        return [tails[each] for each in get_close_matches(tail, list(tails), n=3, cutoff=0.6)]


def _key(namespace: str, name: str) -> str:
    return f"{namespace}\x1f{name}"


def _place(text: str) -> str:
    scheme, separator, rest = without_partition(text.rstrip("/")).partition("://")
    if not separator:
        return scheme
    return f"{'s3' if scheme in {'s3a', 's3n'} else scheme}://{rest}"


def _symlinks(seen: OLDataset) -> Iterable[tuple[str, str]]:
    identifiers = seen.facets.get("symlinks", {}).get("identifiers")
    for each in identifiers if is_list(identifiers) else ():
        if is_object(each):
            namespace, name = each.get("namespace"), each.get("name")
            if isinstance(namespace, str) and isinstance(name, str) and name.strip():
                yield namespace, name
