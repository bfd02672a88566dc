"""Revisions of the schema, applied in order and never changed once they are released."""
