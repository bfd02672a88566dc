"""Job runs and table commits in the platform's own words, and files that arrive."""

from datetime import datetime, timedelta
from typing import Any

from signal_factory.times import format_time

from ..world import Part, Run, World
from .post import Post

BEAT = timedelta(minutes=5)
MOST_BEATS = 90


def send_run(world: World, run: Run, post: Post) -> None:
    """Start, signs of life, end and commit of one run."""
    source, base = run.job.dag, _base(world, run, post)
    if run.run_id not in post.quirks.lost_starts:
        post.send(run.started, "job_event", _started(run, base, post, source))
    if run.job.heartbeats:
        _beats(run, base, post)
    if run.dark_from is not None:
        return
    if run.part is not None:
        post.send(run.ended, "write_event", commit(world, run.part, run, post))
    body = {**base, "event_time": post.clock(source, run.ended)} | _outcome(run, post)
    post.send(run.ended + timedelta(seconds=4), "job_event", body)


def _base(world: World, run: Run, post: Post) -> dict[str, Any]:
    body: dict[str, Any] = {
        "producer_urn": run.job.urn,
        "run_id": run_name(run),
        "input_datasets": list(run.job.inputs),
        "output_datasets": [run.job.output],
    }
    if len([job for job in world.fleet.jobs if job.dag == run.job.dag]) > 1:
        body["dag_run_id"] = f"{run.job.dag}__{run.dag_run_id}"
    if run.version and run.job.urn not in post.quirks.unversioned:
        body["code_ref"] = run.version
    return body


def run_name(run: Run) -> str:
    """The id that a native run goes by."""
    return f"{run.job.name}-{format_time(run.scheduled)[:10]}-{run.run_id[:8]}"


def _started(run: Run, base: dict[str, Any], post: Post, source: str) -> dict[str, Any]:
    at = post.clock(source, run.started)
    extra = {} if run.is_backfill else {"scheduled_time": format_time(run.scheduled)}
    return {**base, "event_type": "JobRunStarted", "event_time": at, "actual_start_time": at, **extra}


def _beats(run: Run, base: dict[str, Any], post: Post) -> None:
    last = run.dark_from or run.ended
    for number in range(1, min(MOST_BEATS, int((last - run.started) / BEAT) + 1)):
        at = run.started + number * BEAT
        if at < last:
            kept = {key: base[key] for key in ("producer_urn", "run_id")}
            beat = {**kept, "event_type": "Heartbeat", "event_time": post.clock(run.job.dag, at)}
            post.send(at, "job_event", beat)


def _outcome(run: Run, post: Post) -> dict[str, Any]:
    seconds = round((run.ended - run.started).total_seconds(), 1)
    if run.state == "FAIL":
        text = run.error + post.quirks.injections.get(run.job.urn, "")
        return {
            "event_type": "JobRunFailed",
            "failure_reason": text,
            "duration_s": seconds,
            "retry_count": run.attempt - 1,
            "exit_code": 137 if "137" in text else 1,
        }
    rows = {"rows_read": run.rows_in, "rows_written": run.part.rows if run.part else 0}
    return {"event_type": "JobRunCompleted", "duration_s": seconds, "exit_code": 0, **rows}


def commit(world: World, part: Part, run: Run, post: Post) -> dict[str, Any]:
    """The table's own word on what was written."""
    label = part.label.isoformat()
    native = world.fleet.dags[run.job.dag].style == "native"
    return {
        "event_type": "DatasetWriteCommitted",
        "event_time": post.clock(run.job.dag, run.ended),
        "dataset_urn": part.urn,
        "run_id": run_name(run) if native else run.run_id,
        "commit_version": 100 + part.day,
        "output_partitions_written": [f"dt={label}"],
        "rows_written": part.rows,
        "bytes_written": part.rows * 118,
        "files_added": 8,
    }


def send_arrivals(world: World, post: Post) -> None:
    """A file from outside is seen when it lands in the bucket."""
    for part in world.parts.values():
        if world.fleet.sets[part.urn].kind == "external":
            post.send(part.at, "write_event", _arrival(part, part.at, post))


def send_beats(world: World, post: Post, until: datetime) -> None:
    """The checks beside a stream say twice an hour that they live."""
    for target in world.fleet.sets.values():
        if target.kind == "stream" and target.beats:
            end = min(until, world.effects.mute_streams.get(target.urn, until))
            at = world.fleet.moment(0, 0)
            while at < end:
                beat = {"producer_urn": f"job://enforcer/{target.ol[1]}", "output_datasets": [target.urn]}
                told = {"event_type": "Heartbeat", "event_time": post.clock("enforcer", at)}
                post.send(at, "job_event", {**beat, **told, "run_id": f"enforcer-{target.ol[1]}"})
                at += 6 * BEAT


def _arrival(part: Part, at: datetime, post: Post) -> dict[str, Any]:
    return {
        "event_type": "DatasetWriteCommitted",
        "event_time": post.clock("bucket", at),
        "dataset_urn": part.urn,
        "run_id": f"s3-put-{part.label.isoformat()}-{part.rows % 9973}",
        "output_partitions_written": [f"dt={part.label.isoformat()}"],
        "rows_written": part.rows,
        "bytes_written": part.rows * 96,
    }
