"""Which version of the law an open case follows when the law changed under it (``data/transitions.csv``)."""

from datetime import date

from law import reference
from law.rows import Book


def version_on(
    kind: str, matter: str, accepted_on: date, on: date, *, as_of_knowledge: date | None = None, book: Book | None = None
) -> date:
    """The day whose law governs ``matter`` (withdraw, suspend, terminate, dialogue …) done on ``on`` in a case of ``accepted_on``.

    The law of the day of acceptance, unless a transition clause gives open cases the new one (Decree 155/2026, art. 22; Decree
    156/2026, art. 10.1).
    """
    book = book or reference.book()
    for row in book.known(book.transitions, book.cut(as_of_knowledge)):
        is_meant = row.kind == kind and (row.matters == "*" or matter in row.matters.split(";"))
        if is_meant and accepted_on < row.accepted_before <= on:
            return on
    return accepted_on
