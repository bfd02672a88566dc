"""Simulated data platforms. Nothing here knows the engine: it shares the wire models only."""
