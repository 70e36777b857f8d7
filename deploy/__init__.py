"""Starts it all: one machine (``local``), the demo (``demo``), containers and clusters (the files beside this one)."""
