"""Evidence records are kept in the order they came, up to a bound."""

from hypothesis import given
from hypothesis import strategies as st

from service.evidence_book import EvidenceBook

IDS = st.lists(st.sampled_from([f"evd-{number}" for number in range(30)]), max_size=60)


def _record(evidence_id: str, day: int = 1) -> dict[str, str]:
    return {"evidence_id": evidence_id, "timestamp": f"2026-01-{day:02d}T00:00:00.000Z"}


@given(IDS, st.integers(1, 12), st.integers(1, 5))
def test_the_newest_records_stay_whether_packed_or_not(ids: list[str], most: int, most_open: int) -> None:
    book = EvidenceBook(most, most_open)
    kept: list[str] = []
    for each in ids:
        if each not in kept:
            kept = [*kept, each][-most:]
        book.keep(_record(each))
        assert list(book) == kept
        assert len(book) == len(kept)
        assert all(book[key]["evidence_id"] == key for key in kept)


@given(IDS, st.integers(1, 12))
def test_a_book_that_is_put_away_and_taken_up_is_the_same(ids: list[str], most: int) -> None:
    book, rows = EvidenceBook(most, 3), dict[str, str]()
    for each in ids:
        book.keep(_record(each))
        rows |= book.take_rows()
    again = EvidenceBook(most)
    for key in book:
        again.restore(key, book[key])
        again.restore(key, book[key])
    assert dict(again) == dict(book)
    assert {key for key, text in rows.items() if text} == {f"evidence/{key}" for key in book}


def test_old_records_are_forgotten_some_at_a_time() -> None:
    book = EvidenceBook(most_open=2)
    for day in range(1, 8):
        book.keep(_record(f"evd-{day}", day))
    assert book.forget_before("2026-01-05T00:00:00.000Z", most=3) == 3
    assert book.forget_before("2026-01-05T00:00:00.000Z", most=3) == 1
    assert book.forget_before("2026-01-05T00:00:00.000Z", most=3) == 0
    assert list(book) == ["evd-5", "evd-6", "evd-7"]
    assert book.take_rows()["evidence/evd-1"] == ""


def test_a_record_without_an_id_is_not_kept() -> None:
    book = EvidenceBook()
    book.keep({"timestamp": "2026-01-01T00:00:00.000Z"})
    book.keep({"evidence_id": 7})
    assert not book
