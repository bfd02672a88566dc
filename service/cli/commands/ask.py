"""``sf ask``: a question in words."""

from argparse import Namespace

from ...sources import opened
from ..common import settings_of, wants_json
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """Print the answer and what it rests on."""
    with opened(settings_of(arguments)) as source:
        document = source.ask(" ".join(arguments.question), arguments.incident)
    if source.note:
        console.note(source.note)
    if wants_json(arguments):
        console.json(document)
        return OK
    console.text(document["answer"])
    if document["citations"]:
        console.text(f"\nSources: {', '.join(_named(citation) for citation in document['citations'])}")
    return OK


def _named(citation: object) -> str:
    return citation if isinstance(citation, str) else str(citation)
