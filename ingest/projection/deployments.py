"""Deployments: what went live, and onto what."""

from graph.facts import Shipped
from signal_factory.times import format_time

from .mutations import Mutations


def shipped(fact: Shipped, out: Mutations) -> None:
    """A version, whose it is, and the jobs and data sets it was deployed onto."""
    version = out.node(
        "Deployment", fact.key, fact.at, service=fact.service, version=fact.version,
        previous_version=fact.previous_version, deployed_at=format_time(fact.at),
        environment=fact.environment, commit_sha=fact.commit_sha, deploy_ref=fact.deploy_ref,
        pull_request=fact.pull_request, deployed_by=fact.deployed_by, change_summary=fact.change_summary,
        source=(fact.source,), evidence=(fact.ref,),
    )  # fmt: skip
    if not fact.service.startswith("job://"):
        out.edge("DEPLOYED", out.node("Service", fact.service, fact.at), version, fact.at)
    jobs = {*fact.jobs, *([fact.service] if fact.service.startswith("job://") else [])}
    for job in sorted(jobs):
        out.edge("DEPLOYED", version, out.node("Job", job, fact.at), fact.at)
    for urn in fact.datasets:
        out.edge("DEPLOYED", version, out.node("Dataset", urn, fact.at), fact.at)
