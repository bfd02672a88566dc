"""One module per command; each has ``run(arguments, console) -> exit code``."""
