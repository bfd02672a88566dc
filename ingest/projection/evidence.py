"""Validations, summaries of runs, and data tests: who failed, how, and how often so far."""

from graph.facts import Summarised, Tested, Validated
from graph.keys import signature_key
from graph.model import NodeRef

from .mutations import Mutations
from .tallies import Tallies


def validated(fact: Validated, out: Mutations, tallies: Tallies) -> None:
    """One attempt, and each signature it failed with."""
    dataset = out.node("Dataset", fact.dataset, fact.at)
    run = out.run(fact.run_id, fact.job, fact.at)
    if run is not None:
        out.edge("WROTE_TO", run, dataset, fact.at, role="validated", gates=_verdicts(fact))
    shipped = _producer(fact, dataset, out)
    for signature in fact.signatures if fact.result != "PASS" else ():
        failure = _failure(fact, signature, out, tallies)
        out.edge("AFFECTS", failure, dataset, fact.at)
        if run is not None:
            out.edge("ENCOUNTERED", run, failure, fact.at, first_evidence=fact.ref, evidence=(fact.ref,))
        if shipped is not None:
            out.edge("ENCOUNTERED", shipped, failure, fact.at, first_evidence=fact.ref)
        if fact.producer and not fact.run_id:
            producer = NodeRef("Producer", fact.producer)
            out.edge("PRODUCED_DRIFT", producer, failure, fact.at, first_evidence=fact.ref)
    if fact.quarantine:
        place = out.node("Quarantine", fact.quarantine, fact.at)
        out.edge("QUARANTINED", run or dataset, place, fact.at)


def _failure(fact: Validated, signature: str, out: Mutations, tallies: Tallies) -> NodeRef:
    key = signature_key(signature, fact.dataset)
    verdict = "fail_count" if fact.result == "FAIL" else "warn_count"
    return out.failure(
        signature, fact.dataset, fact.at,
        count=tallies.of_failure(key), **{verdict: tallies.of_verdict(key, verdict)},
        first_evidence=fact.ref, evidence=(fact.ref,),
        producers=(fact.producer,) if fact.producer else (),
        versions=(fact.version,) if fact.version else (),
    )  # fmt: skip


def _producer(fact: Validated, dataset: NodeRef, out: Mutations) -> NodeRef | None:
    """The producer of a stream's record, and the version it ran."""
    if not fact.producer or fact.run_id:
        return None
    producer = out.node("Producer", fact.producer, fact.at)
    out.edge("OWNED_BY", dataset, producer, fact.at)
    if not fact.version:
        return None
    key = f"{fact.producer}:{fact.version}"
    shipped = out.node(
        "Deployment", key, fact.at, service=fact.producer, version=fact.version, source=("evidence",)
    )
    out.edge("DEPLOYED", producer, shipped, fact.at)
    out.edge("AFFECTS", shipped, dataset, fact.at, status=fact.result, first_evidence=fact.ref)
    return shipped


def summarised(fact: Summarised, out: Mutations, _: Tallies) -> None:
    """What a run says of all its records at its end."""
    dataset = out.node("Dataset", fact.dataset, fact.at)
    run = out.node(
        "JobRun", fact.run_id, fact.at, job=fact.job, records_processed=fact.processed,
        records_passed=fact.passed, records_failed=fact.failed,
    )  # fmt: skip
    for signature, count, first_seen in fact.signatures:
        failure = out.failure(
            signature, fact.dataset, first_seen or fact.at,
            fail_count=count, first_evidence=fact.ref, evidence=(fact.ref,),
        )  # fmt: skip
        out.edge("ENCOUNTERED", run, failure, fact.at, count=count, first_evidence=fact.ref)
        out.edge("AFFECTS", failure, dataset, fact.at)


def tested(fact: Tested, out: Mutations, tallies: Tallies) -> None:
    """A data test that failed."""
    if fact.passed or not fact.dataset.startswith(("ds://", "urn:")):
        return
    dataset = out.node("Dataset", fact.dataset, fact.at)
    key = signature_key(fact.signature, fact.dataset)
    failure = out.failure(
        fact.signature, fact.dataset, fact.at,
        count=tallies.of_test(key, fact.run_id, f"{fact.name}:{fact.column}"),
        first_evidence=fact.ref, evidence=(fact.ref,),
    )  # fmt: skip
    out.edge("AFFECTS", failure, dataset, fact.at)
    run = out.run(fact.run_id, fact.job, fact.at)
    if run is not None:
        out.edge("ENCOUNTERED", run, failure, fact.at, first_evidence=fact.ref)


def _verdicts(fact: Validated) -> tuple[str, ...]:
    """What was said of the run as a whole: ``<gate>:<result>``."""
    told = () if fact.is_sample else fact.gates or (("VERDICT", fact.result),)
    return tuple(f"{gate}:{result}" for gate, result in told)
