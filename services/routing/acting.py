"""Makes a move on a case, whoever brought it: an officer over HTTP or an agency's system over Kafka."""

from contracts.errors import NotFound
from contracts.event import Actor
from contracts.moves import MoveForm
from runtime.work import Work
from services.routing import docket, history, reference, settlement
from services.routing.state import State


def move(form: MoveForm, state: State | None, actor: Actor, work: Work) -> dict[str, object]:
    """Make the move for the actor's agency and tell what it led to.

    Raises NotFound, or the refusal of the table of moves with the article and what would be needed; then nothing is changed.
    """
    if state is None:
        raise NotFound("case_not_found", case=form.case_id)
    table = reference.settlement()
    fact = settlement.decide(table, state, form.move, form, agency=actor.agency, on=form.on or work.today)
    stated = work.emit(fact, actor=actor)
    history.apply(state, stated, table)
    docket.keep(work, state)
    clock = state.main_clock
    return {
        "case_id": state.case_id,
        "fact": type(stated).__name__,
        "status": state.status,
        "holder": state.holder,
        "due_on": clock.due_on if clock else None,
        "position": f"{stated.topic}:{stated.case_id}:{stated.seq}",
    }
