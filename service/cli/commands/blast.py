"""``sf blast``: what stands downstream."""

from argparse import Namespace

from signal_factory.errors import CallerError

from ...sources import opened
from ..common import settings_of, wants_json
from ..console import OK, Console
from ..names import dataset_urn


def run(arguments: Namespace, console: Console) -> int:
    """List the downstream assets of a data set, nearest first."""
    if not 1 <= arguments.max_hops <= 20:
        raise CallerError("--max-hops should be between 1 and 20", hint="Three hops are the default.")
    with opened(settings_of(arguments)) as source:
        urn = dataset_urn(arguments.dataset, source.read_model)
        document = source.read_model.blast_radius(urn, max_hops=arguments.max_hops)
    if source.note:
        console.note(source.note)
    if wants_json(arguments):
        console.json(document)
        return OK
    for item in document["items"]:
        tier = f"tier {item['tier']}" if item.get("tier") else "no tier"
        console.text(f"{item['hops']:>2}  {item['effect']:<10}  {tier:<8}  {item['type']:<12}  {item['urn']}")
    if not document["items"]:
        console.text(f"Nothing stands downstream of {urn}.")
    if document["is_partial"]:
        console.note(f"the nearest {document['returned']} are shown; there are more")
    return OK
