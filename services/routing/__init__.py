"""The case: who is competent, the transfer chain, the settlement as a table of legal moves, every statutory clock."""
