"""The law that all services share: pure functions over dated rows. No I/O but reading ``data/`` once, no clock, no settings."""
