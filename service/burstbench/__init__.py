"""A burst of batch evidence on top of streams, through Kafka (spec/architecture_review.md §1.4)."""
