"""The catalogue of recognisers holds together."""

import re

import pytest

from graph.signatures.rule import CONVERT, Rule
from graph.signatures.rules import CATALOGUE
from graph.signatures.vocabulary import FAMILY_OF_KIND


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.pattern.source[:40])
def test_each_rule_names_a_declared_kind_and_parts_its_pattern_gives(rule: Rule) -> None:
    groups = re.compile(rule.pattern.source, re.IGNORECASE).groupindex
    assert rule.kind in FAMILY_OF_KIND
    assert all(needle and needle == needle.lower() for needle in rule.needles)
    for item in rule.parts:
        if item.startswith("=") or item in {"frame", "exception", "words"}:
            continue
        if item == "pair":
            assert {"old", "new"} <= set(groups)
            continue
        wanted = "cls" if item == "frame_or_cls" else item
        assert wanted.split("_")[0] in CONVERT
        assert any(group == wanted or group.startswith(f"{wanted}_") for group in groups)
