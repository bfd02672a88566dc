"""``sf budget``: how many false alarms each engine gave, and letting one be heard again."""

from argparse import Namespace

from copilot.readmodel import Document

from ...sources import opened, reset_budget
from ..common import settings_of, wants_json
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """List, or reset."""
    loaded = settings_of(arguments)
    if arguments.action == "reset":
        document = reset_budget(loaded, arguments.signal_type.upper())
        console.note(f"{arguments.signal_type.upper()} opens incidents again")
    else:
        with opened(loaded) as source:
            document = source.budgets()
    if wants_json(arguments):
        console.json(document)
    else:
        _print(document, console)
    return OK


def _print(document: Document, console: Console) -> None:
    for each in document["items"]:
        share = f"{each['false_alarms']} of {each['answers']} answers"
        state = f"demoted since {each['demoted_at']}" if each["demoted_at"] else "within budget"
        told = console.strong(f"{state:<40}", is_bad=bool(each["demoted_at"]))
        console.text(f"{each['signal_type']:<20}  {share:<18}  {each['share']:>6.1%}  {told.rstrip()}")
    days = document["window_s"] / 86_400
    console.note(
        f"the budget is {document['budget']:.0%} of at least {document['least_answers']} answers"
        f" in {days:.0f} days"
    )
    console.note(_confidence(document["confidence"]))


def _confidence(line: Document) -> str:
    if not line["verdicts"]:
        return "nobody has judged an explanation yet: confidence is as fitted on labelled incidents"
    return (
        f"people found {line['right']} of {line['verdicts']} explanations right:"
        f" confidence is shown from {line['at_least']:.0%} to {line['at_most']:.0%}"
    )
