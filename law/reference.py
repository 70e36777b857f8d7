"""The rows that come with the platform: read once, checked once."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from law.checks import check
from law.rows import Book, RowError


def load(folder: Traversable) -> Book:
    """The rows of a folder. Raises ``RowError`` with every fault found."""
    found = Book(folder)
    faults = check(found)
    if faults:
        raise RowError("\n".join(faults))
    return found


@cache
def book() -> Book:
    """The rows in ``law/data``."""
    return load(files("law").joinpath("data"))
