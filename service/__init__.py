"""Settings, wiring, REST and the command line: the only place that knows which backend is in use."""
