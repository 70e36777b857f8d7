"""Reacts to what intake states: opens the case, determines who is competent, ends what is withdrawn or repeated."""

from contracts.petitions import PetitionClassified, PetitionLinked, PetitionLodged, PetitionWithdrawn
from runtime.facts import Inapplicable, on
from runtime.work import Work
from services.routing import docket, history, reference, rules
from services.routing.state import State


@on(PetitionLodged, loads=docket.LOADS)
def open_case(petition: PetitionLodged, work: Work) -> None:
    """The body that received the letter holds the case; its clock starts on the registered day of receipt."""
    if docket.take(work, petition.case_id) is not None:
        return
    is_remote = reference.is_remote(petition.axes.place, petition.received_on)
    docket.keep(work, history.opened(petition, reference.settlement(), is_remote=is_remote))


@on(PetitionClassified, loads=docket.LOADS)
def determine_competence(petition: PetitionClassified, work: Work) -> None:
    """Name the competent body by the table; give it the case when that is the holder's own matter."""
    state = _known(petition.case_id, work)
    table = reference.settlement()
    assigned = rules.classify(state, petition, table, reference.competence(), reference.actions())
    if assigned is not None:
        history.apply(state, work.emit(assigned), table)
    docket.keep(work, state)


@on(PetitionLinked, loads=docket.LOADS)
def end_repeated(petition: PetitionLinked, work: Work) -> None:
    """A repeated letter ends here; its founding case carries on."""
    docket.keep(work, history.apply(_known(petition.case_id, work), petition, reference.settlement()))


@on(PetitionWithdrawn, loads=docket.LOADS)
def end_withdrawn(petition: PetitionWithdrawn, work: Work) -> None:
    """A withdrawn letter ends, unless it was accepted: then the settler must decide to terminate."""
    docket.keep(work, history.apply(_known(petition.case_id, work), petition, reference.settlement()))


def _known(case_id: str, work: Work) -> State:
    state = docket.take(work, case_id)
    if state is None:
        raise Inapplicable(f"case {case_id} was not opened: its PetitionLodged is missing")
    return state
