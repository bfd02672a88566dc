"""Failure signatures: raw errors in, a bounded vocabulary of buckets out (contract §1, §5).

``signature_of`` buckets any text; ``signature_of_assertion`` a failed data test;
``kind_of``, ``field_of`` and ``family_of`` read a signature.
"""

from .assertions import signature_of_assertion
from .pipeline import signature_of
from .reading import family_of, field_of, kind_of
from .vocabulary import Family

__all__ = ["Family", "family_of", "field_of", "kind_of", "signature_of", "signature_of_assertion"]
