"""Meeting the complainant before the decision: when a dialogue is compulsory and who must lead it (pure). A part of ``guards``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from law import bodies, reference
from law.bodies import Level, Office

if TYPE_CHECKING:
    from services.routing.guards import Act


def dialogue(act: "Act") -> None:
    """The settler met the complainant first (Law on Complaints, art. 39, 53.1)."""
    if act.state.dialogue_on is None:
        raise act.refuse("dialogue_required")


def dialogue_if_contested(act: "Act") -> None:
    """First settlement needs a dialogue only where demand and verification still differ (Law on Complaints, art. 30.1)."""
    if act.ask.is_contested:
        dialogue(act)


LED_BY_THE_HEAD: Final = frozenset({"many_people", "agencies_differ"})
"""Criteria on file that make the head lead; whether feeling runs high or security is touched no code tells, so the head decides."""


def head_in_person(act: "Act") -> None:
    """Who leads the dialogue of a second settlement (Decree 124/2020, art. 28.2): a provincial agency's head always does, a provincial
    chair or minister when many people petition or agencies differ.
    """
    state, holder = act.state, bodies.body(act.state.holder)
    if holder is None or state.is_dialogue_in_person:
        return
    is_crowd = state.axes.people_count >= reference.book().threshold("crowd_people", act.on)
    is_crowd = is_crowd or bool(state.refused_by) or not LED_BY_THE_HEAD.isdisjoint(state.criteria)
    if holder.role is Office.DEPARTMENT or (holder.level in (Level.PROVINCE, Level.CENTRAL) and is_crowd):
        raise act.refuse("head_must_lead", law="ND124 28.2")


GUARDS: Final[tuple[Callable[["Act"], None], ...]] = (dialogue, dialogue_if_contested, head_in_person)
