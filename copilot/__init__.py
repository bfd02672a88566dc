"""From signals and the graph to incidents, and from incidents to explanations."""
