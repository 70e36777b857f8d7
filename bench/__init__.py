"""What the platform does in a second, as ratios to baselines of the same run. ``python -m bench``; see ``docs/benchmarks.md``."""
