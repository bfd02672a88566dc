"""The bus on Kafka (contract §6): topics, what goes in, what comes out, and what nobody could read."""
