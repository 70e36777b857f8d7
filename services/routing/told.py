"""A case's history as somebody outside tells it: facts by their names, with what they leave out taken from the case as it stood (pure)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from contracts import cases, petitions
from contracts.errors import Invalid
from contracts.event import FACTS, Event
from contracts.vocabulary import Kind
from services.routing import history, reference, rules
from services.routing.state import State


def told(kind: str, facts: Sequence[Mapping[str, Any]]) -> State:
    """The state after the facts of a history; what a fact leaves out is taken from the case as it stood."""
    if not facts:
        raise Invalid("bad_fact", field="facts", where="facts", problem="[{type, at, …}]")
    if kind not in _KINDS:
        raise Invalid("unknown_kind", field="kind", value=kind)
    table, state = reference.settlement(), None
    for number, given in enumerate(facts):
        fact = _fact(given, number, kind, state)
        if state is None:
            state = history.opened(fact if isinstance(fact, petitions.PetitionLodged) else _lodged(kind, fact.legal_on), table)
            if isinstance(fact, petitions.PetitionLodged):
                continue
        if isinstance(fact, petitions.PetitionClassified):
            rules.classify(state, fact, table, reference.competence(), reference.actions())
        else:
            history.apply(state, fact, table)
    assert state is not None
    return state


def _participle(kind: type[Event]) -> str:
    """``dannguyen.case.accepted.v1`` → ``accepted``."""
    return kind.ce_type.split(".")[-2]


_FIRST: Final = (petitions.__name__, cases.__name__)
_BY_NAME: Final[Mapping[str, type[Event]]] = {
    name: kind
    for kind in sorted(FACTS.values(), key=lambda kind: kind.__module__ in _FIRST)
    for name in (kind.__name__, kind.ce_type, kind.ce_type.removeprefix("dannguyen.").rpartition(".")[0], _participle(kind))
}
"""Of two facts with one participle, it names the one of the letter and its settlement."""
_BY_MOVE: Final = {row.move: _BY_NAME[row.fact] for row in reference.settlement().rows}
_KINDS: Final = frozenset((*Kind, "discipline"))
_SOMEWHERE: Final = "CQ-0"
_COURT: Final = "TA-0"


def _fact(given: Mapping[str, Any], number: int, kind: str, state: State | None) -> Event:
    name = given.get("type")
    found = _BY_NAME.get(str(name)) or _BY_MOVE.get(str(name))
    if found is None:
        raise Invalid("bad_fact", field=f"facts[{number}].type", where=f"facts[{number}].type", problem=str(name))
    try:
        at = msgspec.convert(given.get("at"), date)
    except msgspec.ValidationError as wrong:
        raise Invalid("bad_date", field=f"facts[{number}].at", where=f"facts[{number}].at") from wrong
    holder = state.holder if state else str(given.get("holder", given.get("received_by", _SOMEWHERE)))
    defaults: dict[str, Any] = {
        "case_id": "-",
        "received_by": holder,
        "received_on": at,
        "holder": holder,
        "sender": holder,
        "refused_by": holder,
        "effective_on": at,
        "outcome": "answered",
        "axes": _axes(kind, given.get("axes")),
        "court": (state.suit.court if state else "") or _COURT,
        "ruling": "to_enforce",
        "obliged": (state.suit.debtor if state else "") or holder,
        "enforcer": (state.suit.enforcer if state else "") or _SOMEWHERE,
        **dict.fromkeys(("demanded_by", "forwarder", "competent"), _SOMEWHERE),
        "directed_by": holder,
        "answered_by": holder,
        "due_on": at if found is cases.CaseExtended else None,
        "is_whole": True,
        "is_coerced": False,
        "refusal_count": len(state.refused_by) + 1 if state else 1,
    }
    fields = {name: defaults.get(name, _EMPTY.get(name, "")) for name in found.__struct_fields__ if name in _required(found)}
    fields |= {name: value for name, value in given.items() if name not in ("type", "at", "axes")}
    try:
        return msgspec.convert({**fields, "legal_on": at}, found)
    except msgspec.ValidationError as wrong:
        raise Invalid("bad_fact", field=f"facts[{number}]", where=f"facts[{number}]", problem=str(wrong)) from wrong


_EMPTY: Final[Mapping[str, Any]] = {
    "step": None,
    "arbiter": None,
    "letter_on": None,
    "criteria": [],
    "is_in_person": False,
    "was_late": False,
    "document": "0",
}


def _required(kind: type[Event]) -> frozenset[str]:
    return frozenset(each.name for each in msgspec.structs.fields(kind) if each.required)


def _axes(kind: str, given: Any) -> dict[str, Any]:
    is_discipline = kind == "discipline"
    facts = {"kind": "complaint" if is_discipline else kind, "field": "other", "source": "post", "is_discipline": is_discipline}
    return {**facts, "competence": "own", "eligibility": "eligible", **(given if isinstance(given, dict) else {})}


def _lodged(kind: str, on: date) -> petitions.PetitionLodged:
    fact = _fact({"type": "PetitionLodged", "at": on}, 0, kind, None)
    assert isinstance(fact, petitions.PetitionLodged)
    return fact
