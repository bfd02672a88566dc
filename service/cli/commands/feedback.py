"""``sf feedback``: whether an explanation was right, which corrects the confidence of those to come."""

from argparse import Namespace

from ...sources import give_feedback
from ..common import settings_of, wants_json
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """Record the verdict."""
    document = give_feedback(
        settings_of(arguments), arguments.incident, arguments.verdict, arguments.cause, arguments.comment
    )
    if wants_json(arguments):
        console.json(document)
    else:
        console.text(f"noted: the explanation of {arguments.incident} was {arguments.verdict.lower()}")
    return OK
