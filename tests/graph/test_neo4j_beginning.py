"""Several processes that begin on an empty Bolt server at once: each makes the schema, none fails."""

import threading
from contextlib import closing

import pytest

from graph.stores.neo4j import Neo4jGraphStore
from graph.stores.neo4j_client import BoltAddress
from servers import registry, running
from servers.for_pytest import needed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_processes_that_begin_at_once_all_find_the_schema_made() -> None:
    needed(lambda: registry.require("neo4j"))
    with running("neo4j") as server:
        at, marks, failures = server.endpoint, list[int](), list[BaseException]()
        together = threading.Barrier(6)

        def begin() -> None:
            try:
                together.wait(30)
                with closing(
                    Neo4jGraphStore(BoltAddress(at.url, at.user, at.password, at.database))
                ) as store:
                    marks.append(store.mark())
            except BaseException as error:  # noqa: BLE001 - told below
                failures.append(error)

        threads = [threading.Thread(target=begin) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert failures == []
        assert marks == [-1] * 6
