"""What ``/metrics`` counts, in a registry of its own (Prometheus naming; durations in seconds)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

_Row: TypeAlias = Mapping[str, Any]
_Value: TypeAlias = Callable[[_Row], float]
_BUDGETS: dict[str, tuple[str, _Value]] = {
    "sf_budget_answers": ("Incidents judged in 30 days.", itemgetter("answers")),
    "sf_budget_false_alarms": ("False alarms among them.", itemgetter("false_alarms")),
    "sf_budget_demoted": (
        "1 where an engine opens no incidents.", lambda each: each["demoted_at"] is not None,
    ),
}  # fmt: skip
"""What people said of each signal type, and whether it opens incidents any more."""
_CAPS: dict[str, tuple[str, _Value]] = {
    "sf_cap": ("The most that is kept of a label, or taken in a step.", itemgetter("cap")),
    "sf_cap_used": ("How much of it is used.", itemgetter("used")),
    "sf_cap_refused": ("Mentions turned away or bucketed.", itemgetter("refused")),
}
"""By label: the most there may be, how much there is, and what was turned away."""


class Metrics:
    """Counters the service feeds, and gauges it is asked for at each scrape."""

    def __init__(
        self,
        gauges: Callable[[], Mapping[str, float]],
        budgets: Callable[[], Sequence[Mapping[str, Any]]] = tuple,
        caps: Callable[[], Sequence[Mapping[str, Any]]] = tuple,
        lags: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        """What is asked at each scrape.

        ``budgets`` are the items of ``service.budgets.document``, ``caps`` documents of ``CapUse``,
        ``lags`` the messages that wait for each consumer group.
        """
        self._registry = CollectorRegistry()
        self._events = Counter(
            "sf_ingest_events",
            "Events received, by kind and outcome.",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._notices = Counter(
            "sf_notices",
            "Attempts to send a notice, by route and outcome.",
            ["route", "outcome"],
            registry=self._registry,
        )
        self._explanations = Histogram(
            "sf_rca_seconds",
            "Time to explain an incident.",
            buckets=_LATENCY_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Gauges(gauges))
        self._registry.register(_Table("signal_type", _BUDGETS, budgets))
        self._registry.register(_Table("label", _CAPS, caps))
        self._registry.register(_Lags(lags))

    def ingested(self, kind: str, outcome: str, count: int = 1) -> None:
        """``outcome`` is accepted, duplicate or rejected; an unknown kind is counted as such."""
        if count:
            self._events.labels(kind or "unknown", outcome).inc(count)

    def notified(self, route: str, outcome: str) -> None:
        """``outcome`` is sent, retried or dead."""
        self._notices.labels(route, outcome).inc()

    def explained(self, seconds: float) -> None:
        """An incident was explained in so many seconds."""
        self._explanations.observe(seconds)

    def page(self) -> bytes:
        """The Prometheus text exposition, version 0.0.4."""
        return generate_latest(self._registry)


class _Gauges(Collector):
    def __init__(self, read: Callable[[], Mapping[str, float]]) -> None:
        self._read = read

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, value in self._read().items():
            yield GaugeMetricFamily(f"sf_{name}", name.replace("_", " ").capitalize() + ".", value=value)


class _Lags(Collector):
    """By consumer group: messages that were sent and are not taken in; -1 where nobody can tell."""

    def __init__(self, read: Callable[[], Mapping[str, float]]) -> None:
        self._read = read

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        waiting = self._read()
        lag = GaugeMetricFamily("sf_bus_lag_messages", "Messages that wait for a group.", labels=["group"])
        for group, messages in waiting.items():
            lag.add_metric([group], messages)
        return (lag,) if waiting else ()


class _Table(Collector):
    """Gauges that are columns of one table, by what names its rows."""

    def __init__(
        self, by: str, columns: Mapping[str, tuple[str, _Value]], read: Callable[[], Sequence[_Row]]
    ) -> None:
        """``columns`` are help texts and values by name of the gauge."""
        self._by, self._columns, self._read = by, columns, read

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        rows = self._read()
        for name, (text, value) in self._columns.items():
            gauge = GaugeMetricFamily(name, text, labels=[self._by])
            for each in rows:
                gauge.add_metric([each[self._by]], float(value(each)))
            yield gauge
