"""Laws of signatures: total, bounded, idempotent, blind to accidents."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from signature_mutations import MUTATIONS, Mutation, Salt, corpus

from graph.signatures import family_of, kind_of, signature_of, signature_of_assertion
from graph.signatures.score import Labelled
from graph.signatures.vocabulary import FAMILIES

CORPUS = corpus()
FORM = re.compile(r"[A-Z][A-Z0-9_]*(?::[A-Za-z0-9_.→-]+)*")

SALTS = st.builds(
    Salt,
    number=st.integers(1, 99_999),
    hexa=st.text("0123456789abcdef", min_size=12, max_size=12),
    word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9),
)
PIECES = st.sampled_from(
    "Caused by: |KeyError: |java.lang.X: |'|\"|`|[|]|{|}|:|→|->|MISSING_FIELD|UNKNOWN_ENUM|(|)|\n|\t|at a.B.c(D.java:1)"
    "|Traceback (most recent call last):|column |does not exist|2024-01-15 02:05:30 |ERROR |a.b|_x|é|\x1b[31m|\x00|1|"
    "cannot cast string to int|FAIL 3 not_null_a_b|table |OutOfMemoryError|Failure in test ".split("|")
)
TEXTS = st.one_of(
    st.text(), st.lists(PIECES, max_size=14).map("".join), st.sampled_from([c.text for c in CORPUS])
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_string_has_a_bounded_signature_that_is_its_own(text: str) -> None:
    signature = signature_of(text)
    assert len(signature) <= 160
    assert FORM.fullmatch(signature)
    assert signature_of(signature) == signature


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CORPUS), st.sampled_from(MUTATIONS), SALTS)
def test_accidents_of_an_occurrence_do_not_change_its_signature(
    item: Labelled, mutate: Mutation, salt: Salt
) -> None:
    assert signature_of(mutate(item.text, salt)) == signature_of(item.text)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(CORPUS), st.lists(st.sampled_from(MUTATIONS), min_size=2, max_size=4, unique=True), SALTS
)
def test_several_accidents_at_once_do_not_change_it_either(
    item: Labelled, mutations: list[Mutation], salt: Salt
) -> None:
    text = item.text
    for mutate in sorted(mutations, key=MUTATIONS.index, reverse=True):
        text = mutate(text, salt)
    assert signature_of(text) == signature_of(item.text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=30)))
def test_any_assertion_has_a_signature_that_is_its_own(assertion: str, column: str | None) -> None:
    signature = signature_of_assertion(assertion, column, {"column_name": assertion})
    assert FORM.fullmatch(signature)
    assert len(signature) <= 160
    assert signature_of(signature) == signature


def test_every_declared_kind_stands_for_itself_and_has_one_family() -> None:
    kinds = [kind for kinds in FAMILIES.values() for kind in kinds]
    assert len(kinds) == len(set(kinds))
    for family, members in FAMILIES.items():
        for kind in members:
            assert signature_of(f"{kind}:detail") == f"{kind}:detail"
            assert (kind_of(f"{kind}:detail"), family_of(f"{kind}:detail")) == (kind, family)
