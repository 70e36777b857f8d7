"""Questions and answers as JSON Lines: one question a line, one answer a line in the same order, ``id`` echoed.

A line that cannot be answered gets a refusal and the next one its turn. Bytes in, bytes out: reading and writing is the caller's.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from contracts.errors import Invalid, Refusal
from law import clocks
from law.answers import Certificate
from law.certificate import certify
from law.question import Question
from law.rows import Book

Reader = Callable[[bytes], bytes]
"""Answers one line; neither has a line end."""

_QUESTION: Final = msgspec.json.Decoder(Question)
_ANY: Final = msgspec.json.Decoder()
_encode: Final = msgspec.json.Encoder().encode
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_DATES: Final = ("start", "as_of_law", "as_of_knowledge")


class Given(msgspec.Struct, frozen=True):
    """What stands in for what a question leaves open: the day of knowledge, switches turned off, the agency."""

    as_of_knowledge: date
    without: tuple[str, ...] = ()
    agency: str | None = None


def due_reader(given: Given, book: Book | None = None) -> Reader:
    """Answers ``law due``."""

    def read(line: bytes) -> bytes:
        question = _question(line, given)
        return _joined(question.id, _encode(clocks.answer(question, book)))

    return _refusing(read)


def certificate_reader(given: Given, book: Book | None = None) -> Reader:
    """Answers ``law certificate``: the answer of ``law due`` and the certificate."""

    def read(line: bytes) -> bytes:
        question = _question(line, given)
        due, certificate = certify(question, given.as_of_knowledge, book)
        return b"%b,%b" % (_joined(question.id, _encode(due))[:-1], _encode({"certificate": certificate})[1:])

    return _refusing(read)


def explainer(given: Given, book: Book | None = None) -> Callable[[bytes], Certificate | Refusal]:
    """Answers one line for a person: the certificate, or why there is none."""

    def read(line: bytes) -> Certificate | Refusal:
        try:
            return certify(_question(line, given), given.as_of_knowledge, book)[1]
        except Refusal as refusal:
            return refusal
        except _UNREADABLE as fault:
            return _fault(line, fault)[1]

    return read


def _question(line: bytes, given: Given) -> Question:
    question = _QUESTION.decode(line)
    if question.as_of_knowledge is not None and not given.without and given.agency is None:
        return question
    return msgspec.structs.replace(
        question,
        as_of_knowledge=question.as_of_knowledge or given.as_of_knowledge,
        without=(*(question.without or ()), *given.without),
        agency=question.agency or given.agency,
    )


def _joined(asked: Any, answer: bytes) -> bytes:
    return b'{"id":%b,%b' % (_encode(asked), answer[1:])


def _refusing(read: Reader) -> Reader:
    """``read``, with a refusal for what it cannot answer."""

    def answer(line: bytes) -> bytes:
        try:
            return read(line)
        except (Refusal, *_UNREADABLE) as fault:
            return refused(*_fault(line, fault))

    return answer


def refused(asked: Any, refusal: Refusal) -> bytes:
    """The answer to a question that cannot be answered; ``asked`` is its ``id``."""
    cites = [cite.strip() for cite in (refusal.law or "").split(";") if cite.strip()]
    told = {"code": refusal.code, "message": refusal.message, "field": refusal.field, "cites": cites}
    return _encode({"id": asked, "refusal": told})


def _fault(line: bytes, fault: Exception) -> tuple[Any, Refusal]:
    """The ``id`` of a line that is not answered, and why: it is read again as a whole, for a question skips what it does not use."""
    try:
        found = _ANY.decode(line)
    except _UNREADABLE as unreadable:
        return None, Invalid("bad_json", problem=str(unreadable))
    if not isinstance(found, dict):
        return None, Invalid("bad_json", problem=str(fault))
    return found.get("id"), fault if isinstance(fault, Refusal) else _diagnosed(found, fault)


def _diagnosed(found: dict[str, Any], fault: Exception) -> Refusal:
    """Why an object is no question: the first field, in the order of the format, that is not what it should be."""
    for name in ("kind", "step"):
        if not isinstance(found.get(name), str):
            return Invalid(f"unknown_{name}", field=name, kind=found.get("kind"), value=shown(found.get(name)))
    for name in _DATES:
        if not _is_date(found.get(name)) and (name == "start" or found.get(name) is not None):
            return Invalid("bad_date", field=name, where=name)
    suspensions = found.get("suspensions")
    if suspensions is not None and not (isinstance(suspensions, list) and all(isinstance(each, dict) for each in suspensions)):
        return Invalid("bad_suspension", field="suspensions")
    for each in suspensions or ():
        if not _is_date(each.get("from")) or not (each.get("to") is None or _is_date(each["to"])):
            return Invalid("bad_date", field="suspensions", where="suspensions")
    where = str(fault).rpartition("`$.")[2].rstrip("`").partition("[")[0]
    return Invalid("bad_fact", field=where or None, where=where or "?", problem=str(fault))


def shown(value: object) -> object:
    """A value as a message shows it to a person: what is missing is shown as such."""
    return "(trống)" if value is None or value == "" else value


def _is_date(value: object) -> bool:
    try:
        msgspec.convert(value, date)
    except msgspec.ValidationError:
        return False
    return True
