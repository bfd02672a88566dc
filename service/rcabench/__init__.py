"""A benchmark of root causes: generated fleets whose faults are known, and how the answers score."""
