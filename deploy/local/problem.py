"""What an operator is told when the platform cannot start."""

from runtime.stop import CannotGoOn


class CannotStart(CannotGoOn):
    """One sentence an operator can act on; nothing has been left half started."""
