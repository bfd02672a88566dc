"""How senders name things."""

from datetime import date
from typing import Any

from ..model import DataSet

_FACETS = "https://openlineage.io/spec/facets/"


def ol_name(target: DataSet, label: date) -> dict[str, Any]:
    """The OpenLineage identity of the partition ``label``."""
    return {"namespace": target.ol[0], "name": target.ol[1] + target.suffix.format(dt=label.isoformat())}


def facet(client: str, schema: str, **content: Any) -> dict[str, Any]:
    """An OpenLineage facet as ``client`` sends it."""
    return {"_producer": client, "_schemaURL": f"{_FACETS}{schema}", **content}


def uuid(hexadecimal: str) -> str:
    """Thirty-two hex digits as a UUID."""
    h = hexadecimal
    return f"{h[:8]}-{h[8:12]}-7{h[13:16]}-a{h[17:20]}-{h[20:]}"
