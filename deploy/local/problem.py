"""What an operator is told when the platform cannot start."""


class CannotStart(Exception):
    """One sentence an operator can act on; nothing has been left half started."""
