"""Explanations in words, from templates: no language model is needed."""

from datetime import datetime

from ..episodes import Episode
from ..suspects import Suspect, span

_TITLES = {
    "freshness": "Freshness SLO breach", "contract": "Contract violation", "quality": "Data quality breach",
    "volume": "Volume anomaly", "gates": "Evidence incomplete", "heartbeats": "Evidence incomplete",
}  # fmt: skip
_ACTIONS = {
    "JOB_NOT_TRIGGERED": (
        "Check the scheduler: is {key} paused, is its schedule right, does a sensor wait for something",
        "Start {key} by hand for the missed interval, then watch the watermark of {table} advance",
    ),
    "JOB_FAILED": (
        "Look at run {run}: it failed with {signature}",
        "Mend that and run {key} again for the missed interval",
    ),
    "JOB_RUNNING_SLOW": (
        "Check run {run} for skewed stages, and compare the size of its input with earlier runs",
        "Give this run more resources for now, and open a performance ticket for {key}",
    ),
    "WRONG_PARTITION": (
        "Check how {key} derives its partition date: time zone, or event time against processing time",
        "Run {key} again for the partition that is missing",
    ),
    "UPSTREAM_DATA_LATE": (
        "Ask whoever delivers {key} when the data will come",
        "Run the jobs below it again once it is there",
    ),
    "SCHEMA_DRIFT": (
        "Agree with the owner of {key} on the change, and let consumers accept or reject it on purpose",
        "Process the affected data again once the consumer knows {signature}",
        "Add a contract test to the producer's CI so that the next such change is seen before it ships",
    ),
    "SOURCE_DATA_ANOMALY": (
        "Compare {key} with its source for the affected interval",
        "Hold what is downstream until {key} is corrected, then process it again",
    ),
    "EVIDENCE_GAP": (
        "Check whether {key} still runs, and whether its SDK can reach the evidence bus",
        "Treat the data of run {run} as unverified until its evidence is there",
    ),
}  # fmt: skip


def title(episode: Episode, name: str) -> str:
    """The incident in one line."""
    return f"{_TITLES.get(episode.track.partition(':')[0], 'Incident')} - {name} - {episode.reason}"


def actions(suspect: Suspect | None, table: str, owner: str) -> list[str]:
    """What to do first, in order."""
    if suspect is None:
        return [f"Follow the next checks with {owner or 'the owner'} of {table}"]
    if suspect.kind == "DEPLOYMENT" and suspect.change is not None:
        change = suspect.change
        target = f"to {change.previous}" if change.previous else "to the version before"
        after = "new records pass" if not suspect.run_id else f"{suspect.job or 'the job'} succeeds"
        return [
            f"Roll {change.service} back {target}",
            f"After that, verify that {after} and that {table} recovers",
            f"Look in {change.version} for the change behind {suspect.signature or 'the failure'}",
        ]
    facts = {"key": suspect.key, "run": suspect.run_id or "(none)", "table": table,
             "signature": suspect.signature or "no reason given"}  # fmt: skip
    return [template.format_map(facts) for template in _ACTIONS[suspect.kind]]


def checks(
    suspect: Suspect | None, tied: list[Suspect], table: str, missing: list[str], *, is_stale: bool
) -> list[str]:
    """What would decide the question, or confirm the answer."""
    if is_stale:
        return ["Restore the evidence bus, then let the events that queued up be read",
                f"Ask the orchestrator directly whether the jobs behind {table} ran"]  # fmt: skip
    if len(tied) > 1:
        names = " and ".join(each.key for each in tied[:3])
        return [
            f"Roll back one of {names} and see whether {table} recovers",
            "Have failing records carry their producer and version, which tells the two apart",
        ]
    if suspect is None:
        return [f"Register the job that writes {table} (`job` in its dataset.yaml)",
                f"Send lineage or run events of what produces {table}",
                *(f"Obtain {each}" for each in missing[:3])]  # fmt: skip
    return [f"Obtain {each}" for each in missing[:3]] or [f"Confirm with the owner that {suspect.summary}"]


def narrative(
    episode: Episode, best: Suspect | None, confidence: str, score: float, hit: list[str], also: list[str]
) -> str:
    """The explanation as one would tell it to a colleague."""
    sentences = [_what_broke(episode)]
    if best is None:
        sentences.append("The evidence at hand does not support one root cause.")
    else:
        sentences.append(f"Root cause ({sureness(confidence, score)}): {best.summary}.")
        if best.at is not None and best.at < episode.first_bad and " before " not in best.summary:
            sentences.append(f"That was {span(episode.first_bad - best.at)} before the first failure.")
        if len(best.chain) > 1:
            sentences.append(f"It reached {episode.dataset} through {' → '.join(best.chain)}.")
    if also:
        sentences.append(f"The same cause broke {_listed(also)}.")
    more = [urn for urn in hit if urn not in also]
    if more:
        sentences.append(f"Downstream of it: {_listed(more)}.")
    return " ".join(sentences)


def sureness(level: str, score: float) -> str:
    """A confidence in words, as the narrative has it: ``HIGH, 94%``."""
    return f"{level}, {score:.0%}"


def _what_broke(episode: Episode) -> str:
    metrics, when = episode.metrics, _clock(episode.first_bad)
    chief = episode.signatures[0] if episode.signatures else "no reason given"
    if episode.track == "contract":
        share = f"{metrics['fail_count']:,} of {metrics['evidence_count']:,} records of {episode.dataset}"
        return f"From {when} on {share} ({1 - metrics['compliance_rate']:.1%}) failed with {chief}."
    if episode.track == "quality" and "records_failed" in metrics:
        share = (
            f"{metrics['records_failed']:,} of {metrics['records_processed']:,} records of {episode.dataset}"
        )
        return f"Run {episode.run_ids[0]} left {share} out ({chief})."
    if episode.track == "quality":
        failed = ", ".join(str(each) for each in episode.details.get("failed_checks", ())) or "its checks"
        return f"At {when} {episode.dataset} failed {failed}."
    if episode.track == "volume":
        return (
            f"At {when} {episode.dataset} received {metrics['rows']:,} rows where about "
            f"{metrics['baseline_mean']:,.0f} are usual."
        )
    if episode.track == "freshness":
        since = f", last updated {_clock(episode.last_good)}" if episode.last_good else ""
        return f"{episode.dataset} was not updated by {when}{since}."
    return f"Evidence of {episode.dataset} is incomplete since {when}: {episode.reason}."


def _clock(moment: datetime) -> str:
    return (
        f"{moment:%Y-%m-%d %H:%M:%S} UTC"
        if moment.second or moment.microsecond
        else f"{moment:%Y-%m-%d %H:%M} UTC"
    )


def _listed(names: list[str]) -> str:
    shown = names[:5]
    rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(shown) + rest
