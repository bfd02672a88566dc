"""Everything that can go wrong, by family."""

from collections.abc import Callable, Mapping

from ..effects import Effects
from . import batch_deploys, job_failures, scheduling, stream_deploys
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
}
