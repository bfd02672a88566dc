"""The state that must survive: one schema, on SQLite by default and on Postgres for a fleet."""
