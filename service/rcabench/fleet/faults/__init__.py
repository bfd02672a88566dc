"""Everything that can go wrong, by family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from ..effects import Effects
from . import (
    access,
    batch_deploys,
    capacity,
    drift,
    equal_suspects,
    evidence_gaps,
    job_failures,
    late_inputs,
    rewrites,
    scheduling,
    settings,
    slow_runs,
    source_anomalies,
    stream_deploys,
)
from .setting import Plan, Setting

Strike = Callable[[Setting, Effects], Plan | None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One type of fault: from each of ``pools`` one strike is taken, and all of them happen."""

    family: str
    name: str
    pools: tuple[tuple[Strike, ...], ...]


_SINGLE: Mapping[str, tuple[ModuleType, str]] = {
    "stream_deploy": (
        stream_deploys,
        """missing_field renamed_field type_change new_enum canary slow_leak warned_then_failed""",
    ),
    "batch_deploy": (
        batch_deploys,
        """deploy_job_fails deploy_wrong_partition deploy_slow
        deploy_null_rate deploy_duplicates deploy_filter_bug""",
    ),
    "drift": (
        drift,
        """stream_drift unannounced_version enum_cascade upstream_type_change
        type_change_behind_silence lost_column new_values_in_source""",
    ),
    "scheduling": (
        scheduling,
        """dag_paused job_not_triggered late_trigger sensor_stuck cron_mistake timezone_mistake""",
    ),
    "job_failure": (
        job_failures,
        """oom permission connection disk missing_input null_ref wrong_partition""",
    ),
    "slow_run": (slow_runs, """skew contention larger_input"""),
    "late_input": (
        late_inputs,
        """vendor_late vendor_missing vendor_late_two_levels vendor_late_three_levels
        upstream_job_late backfill_in_the_way""",
    ),
    "source_anomaly": (
        source_anomalies,
        """volume_drop volume_spike stream_volume_drop null_rate out_of_range duplicates bad_format""",
    ),
    "evidence_gap": (
        evidence_gaps,
        """heartbeats_stop gates_missing some_gates_missing stream_goes_dark bus_outage""",
    ),
    "access": (access, """credential_expired source_renamed files_removed"""),
    "capacity": (capacity, """pool_starved queued_forever crowded_cluster"""),
    "rewrite": (rewrites, """partial_write double_run consumer_lag"""),
    "setting": (settings, """flag_flipped config_changed clocks_changed"""),
    "equal_suspects": (equal_suspects, """two_services_one_stream two_changes_of_one_job"""),
}
"""Where the faults of a family are, and what they are called."""

_TABLES = (
    job_failures.oom,
    job_failures.permission,
    job_failures.disk,
    job_failures.wrong_partition,
    batch_deploys.deploy_job_fails,
    batch_deploys.deploy_null_rate,
    batch_deploys.deploy_filter_bug,
    source_anomalies.volume_drop,
    source_anomalies.null_rate,
    scheduling.job_not_triggered,
    slow_runs.skew,
)
_STREAMS = (stream_deploys.missing_field, stream_deploys.type_change, stream_deploys.canary)


def _recipes() -> tuple[Recipe, ...]:
    single = tuple(
        Recipe(family, name, ((getattr(module, name),),))
        for family, (module, names) in _SINGLE.items()
        for name in names.split()
    )
    return (
        *single,
        Recipe("multi_cause", "two_tables", (_TABLES, _TABLES)),
        Recipe("multi_cause", "table_and_stream", (_TABLES, _STREAMS)),
    )


RECIPES: tuple[Recipe, ...] = _recipes()
