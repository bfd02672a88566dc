from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from . import _ClusterMetadata

class NewTopic:
    topic: str
    def __init__(
        self,
        topic: str,
        num_partitions: int = ...,
        replication_factor: int = ...,
        *,
        config: Mapping[str, str] = ...,
    ) -> None: ...

class AdminClient:
    def __init__(self, conf: Mapping[str, Any]) -> None: ...
    def list_topics(self, topic: str | None = ..., timeout: float = ...) -> _ClusterMetadata: ...
    def create_topics(
        self, new_topics: Sequence[NewTopic], *, request_timeout: float = ...
    ) -> dict[str, Future[None]]: ...
