"""Identifiers: what is accepted, what is refused, what is formed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signal_factory.errors import InvalidIdentifier
from signal_factory.urns import check_urn, dataset_urn_for, job_urn, slug

ANY_TEXT = st.text(st.characters(), max_size=700)


@pytest.mark.parametrize(
    "urn",
    [
        "ds://curated/orders_enriched",
        "urn:dp:orders:created",
        "urn:dashboard:exec:daily_orders",
        "job://spark/orders_silver_transform",
        "job://orders_enriched_batch",
        "s3://data-lake-prod/bronze/orders/2024-01-14/",
        "ds://zone/größe",
    ],
)
def test_names_of_the_contract_are_accepted(urn: str):
    assert check_urn(urn) == urn


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        " ",
        "orders",
        "ds://",
        "urn:",
        "javascript:alert(1)",
        "ds://a/b\n",
        "ds://a/b\x00",
        "ds://a/b c",
        "ds://a/b\u200bc",
        "ds://a/\ud800",
        "ds://a/'); DROP TABLE nodes;--",
        'ds://a/"b"',
        "ds://a/`b`",
        "ds://a/b\\c",
        "ds://a/${jndi:ldap://x}",
        "ds://a/<script>",
        "ds://../../etc/passwd",
        "ds://a/" + "b" * 512,
    ],
)
def test_what_names_nothing_is_refused_without_being_repeated(hostile: str):
    with pytest.raises(InvalidIdentifier) as refused:
        check_urn(hostile)
    assert len(hostile) < 8 or hostile not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://data-lake-prod", "s3-data-lake-prod"),
        ("bronze/orders/2024-01-14/", "bronze-orders-2024-01-14"),
        ("sales.Orders_Silver", "sales.orders_silver"),
        ("Größe (m)", "grösse-m"),
    ],
)
def test_a_slug_keeps_what_can_be_read(text: str, expected: str):
    assert slug(text) == expected


def test_texts_without_anything_to_keep_stay_apart():
    assert slug("///") != slug("???")
    assert slug("a" * 300) != slug("a" * 301)


def test_the_urn_of_an_unresolved_data_set():
    assert dataset_urn_for("delta://unity-catalog", "sales.orders") == "ds://delta-unity-catalog/sales.orders"


def test_the_urn_of_a_job_keeps_its_names():
    assert job_urn("spark", "orders_silver_transform") == "job://spark/orders_silver_transform"
    assert job_urn("n", "load 'x'") == "job://n/load%20%27x%27"


@given(ANY_TEXT, ANY_TEXT)
def test_every_formed_urn_is_a_urn(namespace: str, name: str):
    assert check_urn(dataset_urn_for(namespace, name))
    assert check_urn(job_urn(namespace, name))


@given(st.text(max_size=150))
def test_a_slug_is_its_own_slug(text: str):
    assert slug(slug(text)) == slug(text)
