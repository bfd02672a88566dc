"""Everything that can go wrong, by family."""

from collections.abc import Callable, Mapping

from ..effects import Effects
from . import (
    batch_deploys,
    drift,
    equal_suspects,
    evidence_gaps,
    job_failures,
    late_inputs,
    scheduling,
    slow_runs,
    source_anomalies,
    stream_deploys,
)
from .setting import Plan, Setting

Strike = Callable[[Setting, Effects], Plan | None]

STRIKES: Mapping[str, tuple[Strike, ...]] = {
    "stream_deploy": (
        stream_deploys.missing_field,
        stream_deploys.renamed_field,
        stream_deploys.type_change,
        stream_deploys.new_enum,
        stream_deploys.canary,
        stream_deploys.slow_leak,
        stream_deploys.warned_then_failed,
    ),
    "batch_deploy": (
        batch_deploys.deploy_job_fails,
        batch_deploys.deploy_wrong_partition,
        batch_deploys.deploy_slow,
        batch_deploys.deploy_null_rate,
        batch_deploys.deploy_duplicates,
        batch_deploys.deploy_filter_bug,
    ),
    "drift": (
        drift.stream_drift,
        drift.unannounced_version,
        drift.enum_cascade,
        drift.upstream_type_change,
        drift.type_change_behind_silence,
        drift.lost_column,
        drift.new_values_in_source,
    ),
    "scheduling": (
        scheduling.dag_paused,
        scheduling.job_not_triggered,
        scheduling.late_trigger,
        scheduling.sensor_stuck,
        scheduling.cron_mistake,
        scheduling.timezone_mistake,
    ),
    "job_failure": (
        job_failures.oom,
        job_failures.permission,
        job_failures.connection,
        job_failures.disk,
        job_failures.missing_input,
        job_failures.null_ref,
    ),
    "slow_run": (slow_runs.skew, slow_runs.contention, slow_runs.larger_input),
    "late_input": (
        late_inputs.vendor_late,
        late_inputs.vendor_missing,
        late_inputs.vendor_late_two_levels,
        late_inputs.vendor_late_three_levels,
        late_inputs.upstream_job_late,
        late_inputs.backfill_in_the_way,
    ),
    "source_anomaly": (
        source_anomalies.volume_drop,
        source_anomalies.volume_spike,
        source_anomalies.stream_volume_drop,
        source_anomalies.null_rate,
        source_anomalies.out_of_range,
        source_anomalies.duplicates,
        source_anomalies.bad_format,
    ),
    "evidence_gap": (
        evidence_gaps.heartbeats_stop,
        evidence_gaps.gates_missing,
        evidence_gaps.some_gates_missing,
        evidence_gaps.stream_goes_dark,
        evidence_gaps.bus_outage,
    ),
    "equal_suspects": (equal_suspects.two_services_one_stream, equal_suspects.two_changes_of_one_job),
}
