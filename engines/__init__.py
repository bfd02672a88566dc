"""Facts in, signals out: pure, no I/O, no clock of their own."""
