"""Data sets as people type them: by URN, or by a part of the name that fits one alone."""

from copilot.readmodel import Document, ReadModel
from signal_factory.errors import CallerError, NotFound
from signal_factory.urns import check_urn, urn_problem

_MOST = 100
_SHOWN = 5


def dataset_urn(typed: str, read_model: ReadModel) -> str:
    """The URN that ``typed`` is, or that alone has it in its name.

    Raises:
        InvalidIdentifier: a URN that cannot name anything.
        CallerError: several names fit.
        NotFound: none does.
    """
    if urn_problem(typed) is None or "://" in typed:
        return check_urn(typed)
    urns = _named(typed, read_model) if typed.strip() else []
    whole = [urn for urn in urns if urn.endswith((f"/{typed}", f":{typed}"))]
    fitting = whole or urns
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise NotFound(
            f"no data set has {typed!r} in its name", hint='Try `sf ask "is everything healthy?"`.'
        )
    more = f" and {len(fitting) - _SHOWN} more" if len(fitting) > _SHOWN else ""
    raise CallerError(f"{typed!r} fits {', '.join(fitting[:_SHOWN])}{more}", hint="Give one of them in full.")


def _named(typed: str, read_model: ReadModel) -> list[str]:
    found: list[Document] = read_model.search(typed, limit=_MOST)["items"]
    return [str(item["key"]) for item in found if item["type"] == "Dataset"]
