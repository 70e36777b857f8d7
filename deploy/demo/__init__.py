"""Letters that read like real ones, a province at work, and the replay of a real municipal log."""
