"""The ways out: each renders a message in one protocol and says what became of it."""
