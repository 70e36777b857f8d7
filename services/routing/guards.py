"""What must hold before a move is made: one small test for each word in the column ``needs`` of the table of moves.

Each raises a refusal with the article of the move's row, or returns. ``GUARDS`` is the list that the table may use.
"""

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from contracts.errors import IllegalMove, Invalid
from contracts.moves import Ask
from contracts.vocabulary import Branch, Kind, Step, label
from law import bodies, clocks, reference
from law.bodies import Office
from services.routing import court, meeting, protection
from services.routing.moves import MoveRow, Moves
from services.routing.state import State, is_own


class Act(NamedTuple):
    """A move about to be made: the case, the row that allows it, what is asked, the day, and the table it stands in."""

    state: State
    row: MoveRow
    ask: Ask
    on: date
    moves: Moves

    def refuse(self, code: str, **values: object) -> IllegalMove:
        """The law stands against it."""
        law = str(values.pop("law", "")) or self.row.law
        return IllegalMove(code, field=None, law=law, **values)

    def lacks(self, code: str, field: str, **values: object) -> Invalid:
        """Something is missing in the form."""
        return Invalid(code, field=field, law=self.row.law, **values)


def document(act: Act) -> None:
    """The document that the law orders is on file."""
    if not act.ask.document:
        raise act.lacks("document_missing", "document", document=act.row.document or "văn bản")


def _known(act: Act, word: str | None, field: str) -> None:
    if word is None or act.moves.ground(word, act.row.move, act.state.kind, act.on) is None:
        known = ", ".join(row.ground for row in act.moves.grounds_for(act.row.move, act.state.kind, act.on))
        raise act.lacks("ground_unknown", field, value=word or "–", known=known)


def reason(act: Act) -> None:
    """A coded reason is given."""
    _known(act, act.ask.reason, "reason")


def ground(act: Act) -> None:
    """A ground that the law names is given."""
    _known(act, act.ask.ground, "ground")


def concurrent(act: Act) -> None:
    """Of several bodies competent for a field of State management the first to accept settles (Law on Denunciations, art. 41); one that
    refuses for it names that body. Who settles a denunciation about public duty the law names alone.
    """
    if act.ask.ground != "accepted_elsewhere":
        return
    if act.state.axes.branch is not Branch.STATE_MANAGEMENT:
        raise act.refuse("one_body_competent", law="LTC 41")
    target(act)


def measure(act: Act) -> None:
    """What must be done is named by its code."""
    _known(act, act.ask.measure, "measure")


def criteria(act: Act) -> None:
    """At least one criterion of complexity is named (Decree 124/2020, art. 3a; Decree 31/2019, art. 3)."""
    if not act.ask.criteria:
        raise act.lacks("criteria_missing", "criteria")
    for word in act.ask.criteria:
        _known(act, word, "criteria")


def outcome(act: Act) -> None:
    """The outcome is one that such a settlement can have."""
    known = act.moves.outcomes_for(act.state.kind, act.state.stage)
    if act.ask.outcome is None or act.ask.outcome.value not in known:
        raise act.lacks("outcome_unknown", "outcome", value=act.ask.outcome or "–", known=", ".join(known))


def target(act: Act) -> None:
    """The letter goes to a body that exists, is another one, and is the competent one where the table is certain."""
    to = act.ask.to
    if to is None:
        raise act.lacks("target_missing", "to")
    if bodies.body(to, act.on) is None:
        raise act.lacks("unknown_body", "to", value=to, on=act.on)
    if to == act.state.holder:
        raise act.lacks("target_is_holder", "to", body=to)
    state = act.state
    if state.is_certain and to != state.competent and act.row.move == "forward" and not state.axes.has_crime_signs:
        raise act.refuse("not_the_competent_body", law=state.law, body=to, competent=state.competent)


def guided_to(act: Act) -> None:
    """The competent body is named, by the officer or by the table."""
    if act.state.axes.kind is Kind.MIXED:
        return
    to = act.ask.to or act.state.competent
    if not to or to == act.state.holder:
        raise act.lacks("target_missing", "to")
    if bodies.body(to, act.on) is None:
        raise act.lacks("unknown_body", "to", value=to, on=act.on)
    if act.state.is_certain and to != act.state.competent:
        raise act.refuse("not_the_competent_body", law=act.state.law, body=to, competent=act.state.competent)


def not_circular(act: Act) -> None:
    """A letter does not come back to a body that passed it on or refused it, unless there is a new fact."""
    state = act.state
    if act.ask.to in (*state.trail, *state.refused_by) and not act.ask.has_new_fact:
        raise act.refuse("transfer_circular", body=act.ask.to, trail=" → ".join([*state.trail, state.holder]))


def not_own(act: Act) -> None:
    """The holder is not competent itself; signs of crime go to the investigating body in any case (Law on Denunciations, art. 27)."""
    if is_own(act.state) and not (act.state.axes.has_crime_signs and act.row.move == "forward"):
        raise act.refuse("own_matter", law=act.state.law or act.row.law, body=act.state.holder)


def competent(act: Act) -> None:
    """The holder is the competent body; where the table is not certain the officer answers for it."""
    state = act.state
    if state.is_certain and state.competent != state.holder:
        raise act.refuse("not_competent", law=state.law, body=state.holder, competent=state.competent)


def no_conflict(act: Act) -> None:
    """Whoever acts is no relative of those concerned and has no interest of their own (Decree 31/2019, art. 5.2, 10.3)."""
    if act.ask.conflict is None:
        return
    found = act.moves.ground(act.ask.conflict, "conflict", act.state.kind, act.on)
    if found is None:
        known = ", ".join(row.ground for row in act.moves.grounds_for("conflict", act.state.kind, act.on))
        raise act.lacks("ground_unknown", "conflict", value=act.ask.conflict, known=known)
    raise act.refuse("conflict_of_interest", law=found.law, conflict=found.vi, conflict_en=found.en)


def reachable(act: Act) -> None:
    """A letter is given to the holder itself, to a body under it, or to the body it works for."""
    to = act.ask.to or act.state.competent or act.state.holder
    found = bodies.body(to, act.on)
    if found is None:
        raise act.lacks("unknown_body", "to", value=to, on=act.on)
    holder = act.state.holder
    if to != holder and holder not in bodies.superiors(to) and not is_desk_of(holder, to):
        raise act.refuse("not_reachable", body=to, holder=holder)
    if act.state.is_certain and act.state.competent not in (to, holder):
        raise act.refuse("not_the_competent_body", law=act.state.law, body=to, competent=act.state.competent)


def is_desk_of(holder: str, code: str) -> bool:
    """The holder receives letters for that body: its office or its reception board."""
    found = bodies.body(holder)
    return found is not None and found.role in (Office.ADVISORY_UNIT, Office.RECEPTION_BOARD) and found.superior == code


def once_guided(act: Act) -> None:
    """Guidance is given once for the same content (Circular 07/2014, art. 8.1)."""
    if act.state.axes.was_guided_before:
        raise act.refuse("guided_once")


def in_person(act: Act) -> None:
    """Guidance instead of forwarding is for those who denounce in person (Law on Denunciations, art. 24.2)."""
    if not act.state.axes.is_in_person:
        raise act.refuse("guide_in_person_only")


def by_letter(act: Act) -> None:
    """A denunciation made in person is guided, not forwarded (Law on Denunciations, art. 24.2)."""
    if act.state.axes.is_in_person and not act.state.axes.has_crime_signs:
        raise act.refuse("denunciation_in_person")


def not_repeated(act: Act) -> None:
    """A denunciation also sent to the competent body, or guided before, is not processed (Law on Denunciations, art. 24.3)."""
    axes = act.state.axes
    if axes.was_sent_to_competent or axes.was_guided_before:
        raise act.refuse("denunciation_not_processed", law="LTC 24.3")


def basis(act: Act) -> None:
    """A complaint is forwarded only on a basis that was switched on (contradiction K1), which the fact then names."""
    allowed = act.moves.options.get(f"basis.{act.ask.basis}") == "on"
    if not allowed or act.state.axes.source.value not in ("reception_desk", "online_reception"):
        raise act.refuse("complaint_not_forwarded", law="ND124 8.3; TT05 8")


def from_forwarder(act: Act) -> None:
    """Only a letter that another body forwarded can go back to it."""
    if not act.state.axes.source.is_forwarded:
        raise act.refuse("not_forwarded_here")
    if not (act.ask.to or act.state.axes.forwarder):
        raise act.lacks("target_missing", "to")


def representatives(act: Act) -> None:
    """From five people on they act through representatives, petitioners themselves, whom all appointed (LTCD 29; ND124 6, 16.1)."""
    book, people = reference.book(), act.state.axes.people_count
    if people < book.threshold("crowd_people", act.on):
        return
    large = people > book.threshold("large_crowd_people", act.on)
    most = book.threshold("representatives_of_a_large_crowd" if large else "representatives_of_a_crowd", act.on)
    if not 1 <= act.ask.representatives <= most:
        raise act.lacks("representatives_wrong", "representatives", people=people, most=most)
    if act.ask.is_outside_represented:
        raise act.refuse("representatives_outside", law="LTCD 29")
    if not act.ask.is_signed_by_all:
        raise act.lacks("representatives_unsigned", "is_signed_by_all")


def was_withdrawn(act: Act) -> None:
    """The case ended because it was wholly withdrawn; nothing else is reopened (Law on Complaints, art. 10.3)."""
    if not act.state.is_withdrawn:
        raise act.refuse("not_withdrawn")


def in_time(act: Act) -> None:
    """A term can be lengthened only while it runs."""
    clock = act.state.clock(Step.SETTLE)
    if clock is not None and clock.due_on is not None and act.on > clock.due_on:
        raise act.refuse("out_of_time", due=clock.due_on)


def not_complex(act: Act) -> None:
    """The note is written once."""
    if act.state.note:
        raise act.refuse("already_complex", document=act.state.note)


def came_from_another(act: Act) -> None:
    """Only a body to which the letter was passed can refuse it; who received it must guide, forward, return or file it."""
    if not act.state.trail and act.state.holder == act.state.receiver:
        raise act.refuse("not_passed_on")


def not_refused(act: Act) -> None:
    """A body refuses competence once."""
    if act.state.holder in act.state.refused_by:
        raise act.refuse("refused_before", body=act.state.holder)


def not_decided(act: Act) -> None:
    """The common superior's order ends the dispute."""
    if act.state.is_decided:
        raise act.refuse("competence_decided", body=act.state.competent)


NOTICES: Final = (Step.NOTIFY_ACCEPTANCE, Step.SEND_NOTICE, Step.ANSWER_FORWARDER, Step.REPORT_PROGRESS, Step.NOTIFY_VISITOR)
"""Steps that are done by sending a notice."""


def step(act: Act) -> None:
    """The notice is named by its step."""
    if act.ask.step not in NOTICES:
        raise act.lacks("step_unknown", "step", value=act.ask.step or "–", known=", ".join(NOTICES))


_CLOSED_BY: Final[dict[str, tuple[Step, ...]]] = {
    "send_decision": (Step.SEND_DECISION,),
    "publish": (Step.PUBLISH,),
    "remind_enforcement": (Step.REMIND_ENFORCEMENT,),
    "report_enforcement": (Step.REPORT_RESULT, Step.REPORT_DONE),
    "compel_enforcement": (Step.COMPEL_ENFORCEMENT,),
    "direct_enforcement": (Step.DIRECT_ENFORCEMENT,),
    "answer_liability": (Step.ANSWER_LIABILITY,),
}


def running(act: Act) -> None:
    """The step is still to be done."""
    candidates = _CLOSED_BY.get(act.row.move) or ((act.ask.step,) if act.ask.step else NOTICES)
    if not any(act.state.clock(each) for each in candidates):
        raise act.refuse("step_not_running", step=" / ".join(label(each) for each in candidates))


def overdue(act: Act) -> None:
    """The term of what the holder must do with the matter itself has run out; a late notice does not count."""
    clock = act.state.main_clock
    if clock is None or clock.due_on is None or act.on <= clock.due_on:
        raise act.refuse("not_overdue")


def uncontinued(act: Act) -> None:
    """A report is not ordered yet because of an earlier continued denunciation."""
    if act.state.clock(Step.ORDER_REPORT) is not None:
        raise act.refuse("continued_before")


def within_filing(act: Act) -> None:
    """The complainant came within the term for going on (Law on Complaints, art. 33.1, 48): from receipt of the first decision,
    or from the end of the term without one.
    """
    state = act.state
    term = state.clock(Step.SETTLE)
    since = state.sent_on or state.settled_on or (term.due_on if term else None)
    if since is None:
        return
    last = clocks.due(state.kind, "file_second", since, {**state.facts(), "dismissal": act.ask.is_dismissal}).due
    if last is not None and act.on > last and not act.ask.has_new_fact:
        raise act.refuse("filing_expired", due=last)


def effective(act: Act) -> None:
    """The decision binds (Law on Complaints, art. 44), or a judgment with legal force does (Law on Administrative Procedure, art. 311)."""
    if act.ask.measure == "judgment":
        court.to_enforce(act)
        return
    if act.state.effective_on is None or act.state.effective_on > act.on:
        raise act.refuse("not_effective")


def obliged(act: Act) -> None:
    """The body that must do it exists, and the obligation has a name of its own."""
    if act.ask.to is None or bodies.body(act.ask.to, act.on) is None:
        raise act.lacks("unknown_body", "to", value=act.ask.to or "–", on=act.on)
    if act.ask.obligation is None or act.ask.obligation in act.state.obligations:
        raise act.lacks("obligation_unknown", "obligation", value=act.ask.obligation or "–", known=", ".join(act.state.obligations) or "–")


def obligation(act: Act) -> None:
    """The obligation named is open."""
    if act.ask.obligation not in act.state.obligations:
        raise act.lacks("obligation_unknown", "obligation", value=act.ask.obligation or "–", known=", ".join(act.state.obligations) or "–")


GUARDS: Final[dict[str, Callable[[Act], None]]] = {
    each.__name__: each
    for each in (
        document,
        reason,
        ground,
        concurrent,
        measure,
        criteria,
        outcome,
        target,
        guided_to,
        not_circular,
        not_own,
        competent,
        no_conflict,
        reachable,
        once_guided,
        in_person,
        by_letter,
        not_repeated,
        basis,
        from_forwarder,
        representatives,
        was_withdrawn,
        in_time,
        not_complex,
        came_from_another,
        not_refused,
        not_decided,
        step,
        running,
        overdue,
        uncontinued,
        within_filing,
        effective,
        obliged,
        obligation,
        *meeting.GUARDS,
        *court.GUARDS,
        *protection.GUARDS,
    )
}
