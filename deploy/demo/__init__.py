"""Letters that read like real ones, a province at work, and the replay of a real municipal log."""

from typing import Final

FOLLOWED: Final = "demo-trace-code"
"""The file under ``DANNGUYEN_HOME`` that holds the receipt code of a letter lodged, and traced, since the platform started.

The trace viewer forgets every older one.
"""
