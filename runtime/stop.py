"""What ends a command: one sentence on standard error and an exit code, never a traceback."""


class CannotGoOn(Exception):
    """Something outside stands in the way; the text is a sentence that whoever asked can act on. Exit code 1."""

    code = 1


class WrongWish(CannotGoOn):
    """What was asked for, on the command line or in a setting, makes no sense; nothing was begun. Exit code 2."""

    code = 2
