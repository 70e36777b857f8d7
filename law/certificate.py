"""Why that day? Every day counted and every day skipped with its reason, the rows, who decided, and it all in Vietnamese.

A certificate holds what is needed to count again by hand; ``law/verify.py`` does so with code of its own.
"""

from datetime import date

from law import clocks, wording
from law.answers import Certificate, Due, Extension, Pause
from law.calendar import FIRST, Counted, place_of
from law.clocks import Lens
from law.question import Decision, Question, Suspension
from law.rows import Book
from law.table import Plan
from law.wording import Words

_UNSAID = Decision()


def certify(question: Question, as_of_knowledge: date, book: Book | None = None) -> tuple[Due, Certificate]:
    """The due date and its certificate, as known on ``as_of_knowledge`` unless the question names another day.

    Raises ``contracts.errors.Invalid`` as ``clocks.answer`` does.
    """
    known = question.as_of_knowledge or as_of_knowledge
    seen = clocks.lens(known, agency=question.agency, without=question.without or (), book=book)
    rules = clocks.entry(seen, question.kind, question.step)
    plan = clocks.granted(rules, question)
    due = clocks.count(seen, plan, question)
    given = question.facts
    facts = {name: value for name in rules.used if (value := given.get(name)) is not None} if given else {}
    words = wording.of(seen, plan)
    pauses = tuple([_pause(each, words) for each in question.suspensions]) if question.suspensions else ()
    days = _days(seen, plan, question, due)
    counted = clocks.length(due.unit, due.limit, question.start) - (due.remaining or 0) if due.limit else 0
    certificate = Certificate(
        question.kind,
        question.step,
        question.start,
        facts,
        question.roll is not False,
        question.as_of_law or question.start,
        known,
        question.agency,
        tuple(sorted(set(question.without))) if question.without else (),
        due.rules,
        words.rows,
        due.limit,
        due.unit,
        _extensions(plan, question, words) if question.extensions else (),
        pauses,
        days,
        counted,
        len(days) - counted,
        _rolled(seen, due) if due.rolled_from else (),
        due.due,
        due.rolled_from,
        due.effective_from,
        due.state,
        due.remaining,
        due.also,
        due.warnings,
        due.cites,
        wording.counting(seen, question.kind, question.start, due.rolled_from is not None, bool(pauses), due.unit == "year"),
        due.grade,
        words.data,
    )
    certificate.sentence = wording.sentence(words, certificate)
    return due, certificate


def _days(seen: Lens, plan: Plan, question: Question, due: Due) -> tuple[Counted, ...]:
    """Each day from the first to the last one looked at, in order. Every date was found to be in the calendar when it was counted."""
    if due.limit is None:
        return ()
    known = seen.calendar
    source = known.working_days if due.unit == "working" else known.every_day
    place = question.start.toordinal() - FIRST
    end = None if due.due is None else (due.rolled_from or due.due).toordinal() - FIRST
    if plan.counts_back and end is not None:
        return source[end:place]
    found: tuple[Counted, ...] = ()
    for each in question.suspensions or ():
        first = each.from_on.toordinal() - FIRST
        found += source[place + 1 : first + 1]
        if each.to_on is None:
            return found
        place = each.to_on.toordinal() - FIRST
        found += known.suspended_days[first + 1 : place + 1]
    rest = source[place + 1 : (place if end is None else end) + 1]
    return found + rest if found else rest


def _rolled(seen: Lens, due: Due) -> tuple[Counted, ...]:
    """The days off that moved the end of a limit in calendar days."""
    if due.rolled_from is None or due.due is None:
        return ()
    return seen.calendar.working_days[place_of(due.rolled_from) : place_of(due.due)]


def _pause(suspension: Suspension, words: Words) -> Pause:
    days = None if suspension.to_on is None else (suspension.to_on - suspension.from_on).days
    return Pause(suspension.from_on, suspension.to_on, days, suspension.by or words.actor, suspension.document)


def _extensions(plan: Plan, question: Question, words: Words) -> tuple[Extension, ...]:
    decided = list(question.extended or ())
    decided += [_UNSAID] * (len(plan.rows) - 1 - len(decided))
    return tuple(
        Extension(row.id, row.value or 0, decision.by or words.actor, decision.document)
        for row, decision in zip(plan.rows[1:], decided, strict=False)
    )
