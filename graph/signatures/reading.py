"""What a signature says of itself."""

from .vocabulary import FAMILY_OF_KIND, FIELD_KINDS, Family


def kind_of(signature: str) -> str:
    """The signature's kind: what stands before the first colon."""
    return signature.split(":", 1)[0]


def field_of(signature: str) -> str | None:
    """The field (column) the signature is about, or None where its kind is not about one."""
    kind, _, rest = signature.partition(":")
    return (rest.split(":", 1)[0] or None) if kind in FIELD_KINDS else None


def family_of(signature: str) -> Family:
    """Which family of failure it is, by contract rule 11; ``unknown`` for kinds nobody declared."""
    return FAMILY_OF_KIND.get(kind_of(signature), "unknown")
