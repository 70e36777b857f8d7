from collections.abc import Callable
from datetime import date
from itertools import product
from typing import get_args

import pytest

from contracts.errors import Invalid
from contracts.petitions import Axes
from contracts.vocabulary import Competence, Eligibility, Field, Kind, SettledBefore, Source
from law import reference as law_reference
from services.routing import action, reference
from services.routing.action import Letter, LetterKind, LetterSource

ROWS = reference.actions()
ON = date(2026, 7, 15)
FLAGS = [name for name in Letter.__struct_fields__ if name not in ("kind", "source", "signatories")]


def decide(on: date = ON, **facts: object) -> action.Action:
    return action.decide(ROWS, Letter(**facts), on)


Oracle = tuple[str, Callable[[Letter], bool], Callable[[Letter], str], str]


def oracle(on: date) -> list[Oracle]:
    """The table of the question format, written again by hand."""
    forwarders = ("deputy", "front", "press", "agency")
    return [
        ("mixed", lambda x: True, lambda x: "split", "XLD-21"),
        ("denunciation", lambda x: x.anonymous and x.evidence, lambda x: "inspect" if x.own else "forward", "XLD-18"),
        ("denunciation", lambda x: x.anonymous, lambda x: "not_processed", "XLD-17"),
        ("denunciation", lambda x: x.crime_signs, lambda x: "transfer_to_investigation", "XLD-26"),
        ("denunciation", lambda x: not x.own and (x.sent_to_competent or x.guided_before), lambda x: "not_processed", "XLD-13"),
        ("denunciation", lambda x: x.subordinate_overdue, lambda x: "urge", "XLD-14"),
        ("denunciation", lambda x: not x.own and x.in_person, lambda x: "guide", "XLD-12"),
        ("denunciation", lambda x: not x.own, lambda x: "forward", "XLD-11"),
        ("denunciation", lambda x: not x.eligible, lambda x: "refuse_with_reason", "XLD-10"),
        ("denunciation", lambda x: True, lambda x: "propose_acceptance", "XLD-10"),
        ("complaint", lambda x: x.subordinate_overdue, lambda x: "report_to_head", "XLD-06"),
        ("complaint", lambda x: x.final_decision and x.new_fact, lambda x: "report_to_head", "XLD-08"),
        ("complaint", lambda x: x.final_decision, lambda x: "file", "XLD-25"),
        ("complaint", lambda x: x.own and not x.eligible, lambda x: "refuse_with_reason", "XLD-02"),
        ("complaint", lambda x: x.own, lambda x: "propose_acceptance", "XLD-01"),
        ("complaint", lambda x: x.source in forwarders, lambda x: "return_to_forwarder", "XLD-04"),
        ("complaint", lambda x: not x.eligible or x.guided_before, lambda x: "file", "XLD-25"),
        ("complaint", lambda x: x.source == "reception_desk" and on >= date(2026, 7, 1), lambda x: "guide", "XLD-03b"),
        ("complaint", lambda x: x.signatories >= 5, lambda x: "guide", "XLD-05"),
        ("complaint", lambda x: True, lambda x: "guide", "XLD-03"),
        ("recommendation feedback", lambda x: not x.eligible, lambda x: "file", "XLD-25"),
        ("recommendation feedback", lambda x: x.own, lambda x: "assign_unit", "XLD-19"),
        ("recommendation feedback", lambda x: True, lambda x: "forward", "XLD-20"),
    ]


@pytest.mark.parametrize("on", [ON, date(2026, 6, 30)])
@pytest.mark.parametrize("kind", get_args(LetterKind))
def test_the_table_answers_every_combination_of_facts_as_the_format_says(kind: LetterKind, on: date):
    table = [row for row in oracle(on) if kind in row[0].split()]
    for flags in product((False, True), repeat=len(FLAGS)):
        for source in get_args(LetterSource):
            for signatories in (1, 5):
                letter = Letter(kind=kind, source=source, signatories=signatories, **dict(zip(FLAGS, flags, strict=True)))
                matching = [(said(letter), rule) for _, holds, said, rule in table if holds(letter)]
                found = action.decide(ROWS, letter, on)
                assert (found.action, found.rule) == matching[0]
                assert set(found.also) == {rule for _, rule in matching[1:]} - {found.rule}


def test_missing_facts_mean_an_own_eligible_letter_of_a_citizen():
    assert decide(kind="complaint").action == "propose_acceptance"


@pytest.mark.parametrize(
    ("facts", "within"),
    [
        ({"kind": "denunciation", "own": False}, "denunciation/forward"),
        ({"kind": "denunciation"}, "denunciation/initial"),
        ({"kind": "complaint"}, "complaint/accept"),
        ({"kind": "complaint", "own": False}, ""),
    ],
)
def test_an_action_names_the_limit_within_which_it_is_due(facts: dict[str, object], within: str):
    assert decide(**facts).within == within


def test_a_day_before_every_version_of_the_row_has_no_rule():
    for on, kind in ((date(2014, 6, 30), "feedback"), (date(2018, 12, 31), "denunciation"), (date(2014, 12, 14), "complaint")):
        with pytest.raises(Invalid) as refused:
            decide(on=on, kind=kind, own=False)
        assert refused.value.code == "no_rule_in_force"


def test_the_reception_desk_may_only_guide_or_forward_since_july_2026():
    assert decide(on=date(2026, 6, 30), kind="complaint", own=False, source="reception_desk").rule == "XLD-03"
    found = decide(on=date(2026, 7, 1), kind="complaint", own=False, source="reception_desk")
    assert (found.rule, found.warnings) == ("XLD-03b", ("conflict_k1",))


def test_what_the_repealed_circular_said_is_graded_as_inference_today():
    assert decide(on=date(2020, 1, 1), kind="complaint", own=False).grade == "A"
    assert decide(kind="complaint", own=False).grade == "C"


def test_signs_of_crime_warn_on_other_kinds_and_act_on_denunciations():
    assert decide(kind="denunciation", crime_signs=True).action == "transfer_to_investigation"
    found = decide(kind="complaint", crime_signs=True)
    assert (found.action, found.warnings) == ("propose_acceptance", ("crime_signs",))


def test_the_coded_axes_of_a_letter_tell_its_facts():
    axes = Axes(
        kind=Kind.COMPLAINT,
        field=Field.LAND_HOUSING,
        source=Source.FORWARDED_FRONT,
        eligibility=Eligibility.UNDETERMINED,
        competence=Competence.NOT_OWN,
        settled_before=SettledBefore.FINAL,
        people_count=7,
    )
    letter = action.letter_of(axes, own=False)
    assert letter == Letter(kind="complaint", own=False, source="front", final_decision=True, signatories=7)


def test_no_answer_cites_an_instrument_that_did_not_exist_yet() -> None:
    instruments = law_reference.book().instruments
    days = sorted({row.effective_from for row in ROWS.rows})
    early = {
        (chosen.rule, on, cite)
        for kind in get_args(LetterKind)
        for flags in product((False, True), repeat=len(FLAGS))
        for on in days
        for chosen in [_decided(Letter(kind=kind, **dict(zip(FLAGS, flags, strict=True))), on)]
        if chosen
        for cite in chosen.cites
        if instruments[cite.split()[0]].effective_from > on
    }
    assert early == set()


def _decided(letter: Letter, on: date) -> action.Action | None:
    try:
        return action.decide(ROWS, letter, on)
    except Invalid:
        return None
