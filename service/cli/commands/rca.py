"""``sf rca``: one incident explained."""

from argparse import Namespace

from ...sources import opened
from ..common import settings_of, wants_json
from ..console import OK, SOMETHING_IS_WRONG, Console


def run(arguments: Namespace, console: Console) -> int:
    """Print the explanation; exit code 1 while the incident is open."""
    with opened(settings_of(arguments)) as source:
        incident = source.read_model.incident(arguments.incident)
    if source.note:
        console.note(source.note)
    if wants_json(arguments):
        console.json(incident["rca"])
    else:
        from copilot.render import incident_text

        console.text(incident_text(incident))
    return SOMETHING_IS_WRONG if incident["status"] == "OPEN" else OK
