"""Fleets as they are found: domains with sources, landing jobs, refinements and dashboards."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from signal_factory.urns import dataset_urn_for

from .chance import Chance
from .model import Column, Dag, DataSet, Fleet, Job, Style
from .words import DOMAINS, GOLD, SERVICE_ENDS, SILVER, STREAM_VERBS, TEAMS, VENDORS

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "America/Los_Angeles", "UTC")
_CALM = ((date(2025, 1, 6), 40), (date(2025, 4, 7), 170), (date(2025, 11, 12), 70), (date(2026, 1, 5), 40))
"""First days, and how many days on from them, in which no zone changes its clocks."""


def build(seed: int, chance: Chance) -> Fleet:
    """A fleet of its own for each seed, without objectives yet."""
    rng = chance.of("fleet")
    first, span = rng.choice(_CALM)
    start = first + timedelta(days=rng.randrange(span))
    builder = _Builder(rng, rng.choice(ZONES))
    for domain in rng.sample(sorted(DOMAINS), rng.choice((2, 2, 3, 3))):
        builder.domain(domain)
    return Fleet(
        seed,
        start,
        rng.randint(5, 11),
        builder.zone,
        builder.sets,
        tuple(builder.jobs),
        builder.dags,
        builder.versions,
    )


class _Builder:
    """Grows a fleet domain by domain; a later one may read what an earlier one wrote."""

    def __init__(self, rng: Random, zone: str) -> None:
        self.rng, self.zone = rng, zone
        self.sets: dict[str, DataSet] = {}
        self.jobs: list[Job] = []
        self.dags: dict[str, Dag] = {}
        self.versions: dict[str, str] = {}
        self.done: dict[str, float] = {}
        self.lake = rng.choice(("s3://lake", "s3://data-lake-prod", "abfss://lake@acct.dfs.core.windows.net"))
        self.warehouse = rng.choice(("snowflake://acme-eu1", "bigquery", "delta://unity-catalog"))
        self.broker = f"kafka://{rng.choice(('msk-prod', 'broker', 'kafka.internal'))}:9092"

    def domain(self, name: str) -> None:
        """Sources, one landing DAG, one refining DAG, and what people look at."""
        self.name, self.columns = name, DOMAINS[name]
        self.team = self.rng.choice(TEAMS)
        self.lag = self.rng.choice((0, 1))
        sources = [self._source(index) for index in range(self.rng.choice((1, 2, 2, 3)))]
        landing = self._dag("ingest", self.rng.randint(20, 75))
        bronze = [self._land(landing, source, index) for index, source in enumerate(sources)]
        refining = self._dag("daily", int(max(self.done[urn] for urn in bronze)) + self.rng.randint(18, 40))
        self._refine(refining, bronze)

    def _source(self, index: int) -> str | None:
        kind = self.rng.choice(("stream", "external", "database") if index else ("stream", "external"))
        if kind == "stream" and sum(found.kind == "stream" for found in self.sets.values()) > 1:
            kind = "external"
        if kind == "stream":
            return self._stream(index)
        return self._external(index) if kind == "external" else None

    def _stream(self, index: int) -> str:
        verb = STREAM_VERBS[index]
        urn = f"urn:dp:{self.name}:{verb}"
        count = self.rng.choice((1, 1, 2))
        ends = self.rng.sample(SERVICE_ENDS, count)
        services = tuple(f"{self.name}-{end}" if index == 0 else f"{self.name}-{verb}-{end}" for end in ends)
        for service in services:
            self.versions[service] = self._version()
        topic = f"{self.rng.choice(('raw', 'prod', 'evt'))}.{self.name}.{verb}"
        self.sets[urn] = DataSet(
            urn,
            "stream",
            self.name,
            self.team,
            self.rng.choice((1, 1, 2)),
            (self.broker, topic),
            self.columns,
            rows=self.rng.randint(40, 900) * 1000,
            is_mapped=True,
            services=services,
            versioned=self.rng.random() < 0.8,
            beats=self.rng.random() < 0.3,
        )
        return urn

    def _external(self, index: int) -> str:
        vendor = self.rng.choice(VENDORS)
        stem = f"{vendor}_{self.name}{index or ''}"
        urn = f"ds://external/{stem}"
        self.sets[urn] = DataSet(
            urn,
            "external",
            self.name,
            self.team,
            3,
            ("s3://partner-drop", f"{vendor}/{self.name}{index or ''}"),
            self.columns,
            suffix="/dt={dt}",
            rows=self.rng.randint(5, 200) * 1000,
            is_registered=self.rng.random() < 0.7,
            is_mapped=True,
            arrival=self.rng.randint(5, 15),
        )
        return urn

    def _dag(self, end: str, start: int) -> Dag:
        style: Style = self.rng.choice(("spark", "airflow", "native", "native", "spark", "dbt"))
        if style == "dbt" and end == "ingest":
            style = "spark"
        namespace = {"spark": "airflow", "airflow": "airflow", "dbt": "dbt", "native": "cron"}[style]
        name = f"{self.name}_{end}"
        dag_id = f"dbt-run-{name}" if style == "dbt" else name
        dag = Dag(dag_id, namespace, self.zone, start, style, self.rng.random() < 0.6)
        self.dags[dag_id] = dag
        self.versions[f"{name}-etl"] = self._version()
        return dag

    def _version(self) -> str:
        rng = self.rng
        return rng.choice(
            (f"v{rng.randint(1, 9)}.{rng.randint(0, 40)}", f"{rng.randint(0, 4)}.{rng.randint(0, 30)}.0")
        )

    def _land(self, dag: Dag, source: str | None, index: int) -> str:
        rows = self.sets[source].rows if source else self.rng.randint(20, 300) * 1000
        stem = self.name if index == 0 else f"{self.name}_{('aux', 'ref', 'hist')[index]}"
        gates = ("G1_RESOLUTION", "G3_SCHEMA", "G4_CONTRACT") if self.rng.random() < 0.7 else ()
        inputs = (source,) if source else ()
        return self._job(
            dag, "bronze", stem, inputs, int(rows), tier=2, gates=gates, ready=0.0, selectivity=1.0
        )

    def _refine(self, dag: Dag, bronze: list[str]) -> None:
        ready, rng = float(dag.start), self.rng
        others = [
            u for u, at in self.done.items() if at < dag.start - 12 and self.sets[u].domain != self.name
        ]
        pool = list(bronze)
        if rng.random() < 0.4:
            stem = f"stg_{self.name}"
            staged = self._job(dag, "staging", stem, (rng.choice(bronze),), 0, tier=3, gates=(), ready=ready)
            pool = [staged, *[urn for urn in bronze if urn not in self._inputs_of(staged)]]
        silver = [
            self._silver(dag, pool, others, end, ready) for end in rng.sample(SILVER, rng.choice((1, 2, 2)))
        ]
        gold = [self._gold(dag, silver, end, ready) for end in rng.sample(GOLD, rng.choice((1, 2, 2, 3)))]
        for number in range(rng.choice((0, 1, 2))):
            self._dashboard(rng.choice(gold), number)
        if rng.random() < 0.5:
            self._aside(rng.choice(silver))

    def _inputs_of(self, urn: str) -> tuple[str, ...]:
        return next(job.inputs for job in self.jobs if job.output == urn)

    def _silver(self, dag: Dag, pool: list[str], others: list[str], end: str, ready: float) -> str:
        inputs = self.rng.sample(pool, min(len(pool), self.rng.choice((1, 2))))
        if others and self.rng.random() < 0.35:
            inputs.append(self.rng.choice(others))
        gates = ("G3_SCHEMA", "G4_CONTRACT", "G5_PII") if self.rng.random() < 0.85 else ()
        return self._job(
            dag, "silver", f"{self.name}_{end}", tuple(inputs), 0, tier=2, gates=gates, ready=ready
        )

    def _gold(self, dag: Dag, silver: list[str], end: str, ready: float) -> str:
        inputs = tuple(self.rng.sample(silver, min(len(silver), self.rng.choice((1, 1, 2)))))
        gates = ("G3_SCHEMA", "G4_CONTRACT") if self.rng.random() < 0.6 else ()
        return self._job(
            dag, "gold", f"{self.name}_{end}", inputs, 0, tier=1, gates=gates, ready=ready, selectivity=0.2
        )

    def _job(
        self,
        dag: Dag,
        zone: str,
        stem: str,
        inputs: tuple[str, ...],
        rows: int,
        *,
        tier: int,
        gates: tuple[str, ...],
        ready: float,
        selectivity: float | None = None,
    ) -> str:
        rng = self.rng
        table = self._table(dag, zone, stem, tier)
        share = selectivity if selectivity is not None else round(rng.uniform(0.7, 0.98), 2)
        read = sum(self.sets[urn].rows for urn in inputs)
        minutes = round(rng.uniform(4, 24), 1)
        named = f"{dag.dag_id.removeprefix('dbt-run-')}-etl"
        job = Job(
            {"spark": "spark", "airflow": "airflow", "dbt": "dbt", "native": rng.choice(("spark", "batch"))}[
                dag.style
            ],
            self._task(dag, zone, stem),
            dag.dag_id,
            dag.style,
            inputs,
            table.urn,
            minutes,
            share,
            rng.choice((0, 1, 1, 2)) if dag.style != "dbt" else 0,
            "wait" if dag.style == "airflow" else rng.choice(("wait", "fail", "stale")),
            rng.choice(("pass", "pass", "filter", "fail")) if gates else rng.choice(("pass", "fail")),
            gates,
            dag.style == "native" and rng.random() < 0.7,
            named,
        )
        size = rows or max(500, int(read * share))
        self.sets[table.urn] = replace(table, rows=size)
        self.jobs.append(job)
        before = max([self.done.get(urn, 0.0) for urn in inputs] + [dag.start, ready])
        self.done[table.urn] = before + minutes * 1.25 + 1
        return table.urn

    def _aside(self, source: str) -> None:
        """An export that nobody promised anything about."""
        dag = Dag(f"{self.name}_export", "cron", self.zone, int(self.done[source]) + 20, "native")
        self.dags[dag.dag_id] = dag
        self._job(
            dag, "scratch", f"{self.name}_export", (source,), 0, tier=3, gates=(), ready=float(dag.start)
        )

    def _task(self, dag: Dag, zone: str, stem: str) -> str:
        verb = {
            "bronze": "load",
            "staging": "stage",
            "silver": "build",
            "gold": "publish",
            "scratch": "export",
        }[zone]
        if dag.style == "airflow":
            return f"{dag.dag_id}.{verb}_{stem}"
        if dag.style == "dbt":
            return f"model.{self.name}.{stem}" if dag.is_live else f"dwh.main.{self.name}.{stem}.build.run"
        return f"{verb}_{stem}"

    def _table(self, dag: Dag, zone: str, stem: str, tier: int) -> DataSet:
        rng = self.rng
        in_lake = dag.style in ("spark", "native") or (dag.style == "airflow" and rng.random() < 0.5)
        namespace = self.lake if in_lake else self.warehouse
        name = f"{zone}/{stem}" if in_lake else f"dwh.{zone}.{stem}"
        known = zone != "staging" or dag.style == "native"
        urn = f"ds://{zone}/{stem}" if known else dataset_urn_for(namespace, name)
        kept = self.columns if zone != "gold" else _summary(self.columns)
        return DataSet(
            urn,
            "table",
            self.name,
            self.team,
            rng.choice((tier, tier, min(3, tier + 1))),
            (namespace, name),
            kept,
            suffix=rng.choice(("/dt={dt}", "/dt={dt}", "/{dt}")) if in_lake and known else "",
            lag=self.lag,
            is_registered=zone not in ("staging", "scratch"),
            is_mapped=known and rng.random() < 0.5,
            hook=dag.style == "native" or rng.random() < 0.35,
        )

    def _dashboard(self, gold: str, number: int) -> None:
        stem = gold.rsplit("/", 1)[-1]
        urn = f"urn:dashboard:{self.rng.choice(('exec', 'ops', 'sales'))}:{stem}_{number}"
        self.sets[urn] = DataSet(
            urn, "dashboard", self.name, self.team, self.rng.choice((1, 2)), ("", ""), (), is_registered=True
        )
        table = self.sets[gold]
        self.sets[gold] = replace(table, feeds=(*table.feeds, urn))


def _summary(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """What a daily summary keeps: the measure, the enum and the country."""
    return (*columns[2:4], columns[5])
