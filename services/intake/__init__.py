"""Intake: the petition as received, the identity vault, duplicates; states ``petitions.v1``."""
