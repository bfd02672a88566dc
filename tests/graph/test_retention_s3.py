"""The archive on S3: a server that speaks its protocol, reached through fsspec."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from retention_world import NOW, ago, archived, held, ran, swept
from s3_server import served

from graph.retention.archive import Archive
from graph.retention.places import place_of
from graph.retention.query import Wanted, ask, find_runs
from graph.stores.memory import MemoryGraphStore
from signal_factory.errors import BackendUnavailable


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of an empty bucket, without the prefix."""
    with served() as server:
        yield f"s3://cold/{{}}?{server.query}"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def _store() -> MemoryGraphStore:
    store = MemoryGraphStore()
    for number, days in enumerate((40, 40, 100)):
        store.upsert(*ran(f"r{number}", ago(days, number), "FAIL" if number == 1 else "COMPLETE"))
    return store


def test_a_pass_archives_on_s3_what_it_would_archive_in_a_folder(bucket: str, tmp_path: Path) -> None:
    there, here = Archive(place_of(bucket.format("one"))), Archive(place_of(tmp_path))
    one, two = _store(), _store()
    swept(one, there, NOW)
    swept(two, here, NOW)
    assert held(one) == held(two)
    assert archived(there) == archived(here)
    assert there.place.size() == here.place.size()


def test_the_archive_on_s3_answers_and_takes_a_late_event_in(bucket: str) -> None:
    archive, store = Archive(place_of(bucket.format("two"))), _store()
    swept(store, archive, NOW)
    store.upsert(*ran("r3", ago(40, 9)))
    swept(store, archive, NOW)
    found = find_runs(archive, Wanted(since=ago(50)))
    assert [row[found.columns.index("run_id")] for row in found.rows] == ["r3", "r1", "r0"]
    assert ask(archive, "SELECT count(*) FROM runs", Wanted()).rows == ((4,),)


def test_what_is_not_on_s3_is_no_error_and_a_bucket_that_is_not_there_is(bucket: str) -> None:
    place = place_of(bucket.format("three"))
    assert (place.read("no/such/file"), place.names("nowhere"), place.size()) == (None, [], 0)
    place.write("a/b", b"x")
    place.delete("a/b")
    place.delete("a/b")
    assert place.read("a/b") is None
    store = _store()
    gone = place_of(bucket.format("four").replace("s3://cold", "s3://nobody"))
    with pytest.raises(BackendUnavailable, match="s3://nobody/four"):
        swept(store, Archive(gone), NOW)
    assert store.stats().nodes_by_label["JobRun"] == 3
