"""How well signatures bucket a labelled corpus: ``python -m graph.signatures.score FILE…``.

A corpus line is ``{"id", "tool", "text", "bucket", "source"}``; two texts belong
together when their ``bucket`` is the same.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from .pipeline import signature_of


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text of a corpus with the bucket a person gave it."""

    id: str
    text: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of a corpus. ``split`` and ``merged`` name the buckets that went wrong."""

    texts: int
    together: int
    together_shared: int
    apart: int
    apart_shared: int
    split: dict[str, tuple[str, ...]]
    merged: dict[str, tuple[str, ...]]

    @property
    def together_rate(self) -> float:
        """Share of the pairs that belong together and share a signature, 0..1."""
        return self.together_shared / self.together if self.together else 1.0

    @property
    def apart_rate(self) -> float:
        """Share of the pairs that do not belong together and yet share one, 0..1."""
        return self.apart_shared / self.apart if self.apart else 0.0


def read_corpus(path: Path) -> list[Labelled]:
    """The labelled texts of a JSONL file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Labelled(row["id"], row["text"], row["bucket"]) for row in rows]


def score(corpus: Sequence[Labelled]) -> Score:
    """Compare every pair of the corpus."""
    tagged = [(item.bucket, signature_of(item.text)) for item in corpus]
    pairs = [(a[0] == b[0], a[1] == b[1]) for a, b in combinations(tagged, 2)]
    return Score(
        texts=len(tagged),
        together=sum(same for same, _ in pairs),
        together_shared=sum(same and shared for same, shared in pairs),
        apart=sum(not same for same, _ in pairs),
        apart_shared=sum(shared and not same for same, shared in pairs),
        split=_several(tagged),
        merged=_several((signature, bucket) for bucket, signature in tagged),
    )


def _several(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        groups[key].add(value)
    return {key: tuple(sorted(values)) for key, values in sorted(groups.items()) if len(values) > 1}


def report(name: str, result: Score) -> str:
    """One line of figures, then the buckets that were split and the signatures that merged."""
    head = (
        f"{name}: {result.texts} texts; belong together {result.together_shared}/{result.together} "
        f"= {result.together_rate:.1%} share; apart {result.apart_shared}/{result.apart} "
        f"= {result.apart_rate:.2%} share"
    )
    lines = [head] + [f"  split  {bucket}: {' | '.join(found)}" for bucket, found in result.split.items()]
    lines += [f"  merged {signature}: {' | '.join(found)}" for signature, found in result.merged.items()]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the score of each file."""
    for argument in arguments:
        path = Path(argument)
        sys.stdout.write(report(path.name, score(read_corpus(path))) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
