"""Who hears of which incident: decided by pure rules, kept in a durable outbox, delivered by channels."""
