"""Statutory reports and live counts: pure functions of the log, kept as a ledger of letters."""
