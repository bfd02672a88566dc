"""Signal Factory's light library: the wire models and what every part of the project shares."""
