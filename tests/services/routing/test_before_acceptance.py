"""What may be done with a letter before it is accepted: classify, guide, forward, return, file, refuse competence."""

from datetime import date

import pytest

from contracts.cases import CompetenceDisputed, PetitionAssigned
from contracts.vocabulary import AuthorRole, Competence, Kind, SettledBefore, Source, Status, Step
from tests.services.routing.matters import (
    DEPARTMENT,
    JULY,
    MISDIRECTED,
    PROVINCE,
    START,
    WARD,
    Matter,
    axes,
    refusal,
)

# Receiving and classifying


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 6, 30), date(2026, 7, 10)),
        (date(2026, 7, 1), date(2026, 7, 10)),
        (date(2026, 7, 3), date(2026, 7, 14)),
        (date(2026, 6, 24), date(2026, 7, 6)),
    ],
)
def test_acceptance_is_ten_days_before_july_2026_and_seven_working_days_after(on: date, due: date):
    case = Matter(axes(), on=on)
    assert case.due(Step.ACCEPT) == due


@pytest.mark.parametrize(("on", "due"), [(date(2026, 6, 30), None), (date(2026, 7, 1), date(2026, 8, 17)), (START, date(2026, 8, 17))])
def test_decree_154_a_letter_is_to_be_processed_within_forty_five_days_since_july_2026(on: date, due: date | None):
    """45 days from 1 July end on Saturday 15 August, from 3 July on Monday the 17th."""
    assert Matter(axes(), on=on).due(Step.PROCESS) == due


def test_accepting_or_ending_a_letter_processes_it_and_whoever_it_is_forwarded_to_has_the_days_anew():
    case = Matter(axes())
    case.do("accept", JULY)
    assert case.due(Step.PROCESS) is None
    case = Matter(MISDIRECTED)
    case.do("forward", JULY, to=PROVINCE)
    assert case.due(Step.PROCESS) == date(2026, 8, 20)
    case = Matter(axes())
    case.do("refuse", JULY, ground="unsigned")
    assert case.due(Step.PROCESS) is None


def test_a_letter_is_held_by_its_receiver_from_the_day_it_came():
    case = Matter(axes(), is_classified=False)
    assert (case.state.status, case.state.holder, case.due(Step.CLASSIFY)) == (Status.RECEIVED, WARD, date(2026, 7, 14))


def test_an_own_complaint_is_assigned_at_once_by_the_table_with_its_first_step():
    case = Matter(axes())
    assigned = case.facts[-1]
    assert isinstance(assigned, PetitionAssigned)
    assert (assigned.holder, assigned.rule, assigned.step, assigned.due_on) == (WARD, "TQ-KN-01", Step.ACCEPT, date(2026, 7, 14))


def test_a_letter_at_the_reception_board_goes_to_the_committee_it_works_for():
    case = Matter(axes(author_role=AuthorRole.PROVINCIAL_CHAIR), by="BTCD-19")
    assert (case.state.holder, case.state.status) == (PROVINCE, Status.ASSIGNED)


def test_a_complaint_that_is_not_own_names_what_the_officer_must_do():
    case = Matter(axes(author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.NOT_OWN))
    assert (case.state.status, case.state.action, case.state.competent) == (Status.CLASSIFIED, "guide", DEPARTMENT)


def test_the_reception_board_s_officer_who_says_own_means_the_committee():
    about = axes(Kind.DENUNCIATION, author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.OWN)
    case = Matter(about, on=date(2026, 3, 20), by="BTCD-19")
    assert (case.state.is_certain, case.state.holder) == (False, PROVINCE)


def test_a_second_complaint_belongs_to_the_second_settler():
    case = Matter(axes(settled_before=SettledBefore.ONCE), by=PROVINCE)
    assert (case.state.stage, case.state.holder, case.state.status) == (2, PROVINCE, Status.ASSIGNED)


def test_the_table_is_stronger_than_an_officer_who_ticks_own():
    case = Matter(axes(author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.OWN))
    assert case.state.status is Status.CLASSIFIED
    refused = refusal(case, "accept")
    assert (refused.code, refused.law) == ("not_competent", "LKN 20.1; LKN 21.2")


def test_in_the_interim_year_the_officer_answers_for_competence():
    case = Matter(axes(author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.OWN), on=date(2026, 3, 2), by=WARD)
    assert (case.state.status, case.state.is_certain) == (Status.ASSIGNED, False)


def test_a_letter_may_be_classified_anew_before_acceptance():
    case = Matter(axes(author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.NOT_OWN))
    case.classify(axes(), on=JULY)
    assert (case.state.status, case.state.competent) == (Status.ASSIGNED, WARD)
    case.do("accept", JULY)
    case.classify(axes(Kind.FEEDBACK), on=date(2026, 7, 8))
    assert (case.state.kind, case.state.status) == ("complaint", Status.ACCEPTED)


def test_nothing_is_decided_on_a_letter_that_nobody_classified():
    refused = refusal(Matter(axes(), is_classified=False), "accept")
    assert refused.code == "move_not_now"


# Guiding, forwarding, returning, filing


def test_a_complaint_is_guided_to_the_body_the_table_names():
    case = Matter(axes(author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.NOT_OWN))
    fact = case.do("guide", JULY)
    assert (fact.competent, case.state.status) == (DEPARTMENT, Status.GUIDED)
    assert not any(clock.is_running for clock in case.state.clocks)


def test_guidance_is_given_once_for_the_same_content():
    case = Matter(axes(author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.NOT_OWN, was_guided_before=True))
    assert refusal(case, "guide").code == "guided_once"
    case.do("file", JULY, ground="guided_before")
    assert case.state.status is Status.FILED


def test_a_complaint_is_not_forwarded_without_a_configured_basis():
    about = axes(author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.NOT_OWN, source=Source.RECEPTION_DESK)
    refused = refusal(Matter(about), "forward", to=DEPARTMENT, basis="reception_desk_136")
    assert refused.code == "complaint_not_forwarded"


def test_own_matters_are_neither_guided_nor_returned():
    assert refusal(Matter(axes()), "guide", to=PROVINCE).code == "own_matter"
    assert refusal(Matter(axes(source=Source.FORWARDED_FRONT)), "return", reason="not_own").code == "own_matter"


def test_a_forwarded_complaint_goes_back_to_its_forwarder_with_a_reason():
    about = axes(
        author_role=AuthorRole.PROVINCIAL_AGENCY_HEAD, competence=Competence.NOT_OWN, source=Source.FORWARDED_FRONT, forwarder="MTTQ-19"
    )
    case = Matter(about)
    assert refusal(case, "return").code == "ground_unknown"
    assert case.do("return", JULY, reason="not_own").forwarder == "MTTQ-19"
    assert case.state.status is Status.RETURNED


def test_article_24_2_forwards_a_denunciation_within_five_working_days():
    case = Matter(MISDIRECTED)
    assert case.due(Step.FORWARD) == date(2026, 7, 10)
    fact = case.do("forward", JULY, to=PROVINCE)
    assert (fact.sender, fact.holder, fact.step, fact.due_on) == (WARD, PROVINCE, Step.INITIAL, date(2026, 7, 15))
    assert (case.state.holder, case.state.status) == (PROVINCE, Status.FORWARDED)


def test_a_denunciation_goes_only_to_the_competent_body():
    refused = refusal(Matter(MISDIRECTED), "forward", to="TT-19")
    assert (refused.code, refused.law) == ("not_the_competent_body", "LTC 13.4.a")


def test_who_denounces_in_person_is_guided_not_forwarded():
    about = axes(Kind.DENUNCIATION, author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.NOT_OWN, is_in_person=True)
    case = Matter(about)
    assert refusal(case, "forward", to=PROVINCE).code == "denunciation_in_person"
    assert case.do("guide", JULY).competent == PROVINCE
    assert refusal(Matter(MISDIRECTED), "guide").code == "guide_in_person_only"


def test_signs_of_crime_go_to_the_investigating_body_even_from_the_competent_one():
    case = Matter(axes(Kind.DENUNCIATION, has_crime_signs=True))
    assert case.state.action == "transfer_to_investigation"
    assert case.do("forward", JULY, to="CA-19").holder == "CA-19"


def test_an_anonymous_denunciation_is_kept_as_information():
    case = Matter(axes(Kind.DENUNCIATION, is_anonymous=True))
    assert case.state.action == "not_processed"
    assert case.do("file", JULY, ground="anonymous").law == "LTC 25.1"


def test_a_letter_does_not_come_back_to_a_body_that_passed_it_on():
    case = Matter(axes(Kind.FEEDBACK, competence=Competence.NOT_OWN))
    case.do("forward", JULY, to=PROVINCE)
    case.do("forward", date(2026, 7, 7), to=DEPARTMENT)
    refused = refusal(case, "forward", date(2026, 7, 8), to=WARD)
    assert (refused.code, "UBND-05518 → UBND-19 → SNNMT-19" in refused.message) == ("transfer_circular", True)
    assert case.do("forward", date(2026, 7, 8), to=WARD, has_new_fact=True).holder == WARD


def test_two_refusals_bring_the_dispute_before_the_common_superior():
    case = Matter(axes(Kind.FEEDBACK, competence=Competence.NOT_OWN))
    case.do("forward", JULY, to=DEPARTMENT)
    first = case.do("dispute", date(2026, 7, 7), reason="another_field")
    assert (first.refusal_count, first.arbiter) == (1, None)
    assert refusal(case, "dispute", date(2026, 7, 7), reason="not_own").code == "refused_before"
    case.do("forward", date(2026, 7, 8), to="SXD-19")
    second = case.do("dispute", date(2026, 7, 9), reason="not_own")
    assert isinstance(second, CompetenceDisputed)
    assert (second.refusal_count, second.arbiter, second.due_on) == (2, PROVINCE, date(2026, 7, 16))
    assert case.due(Step.DECIDE_COMPETENCE) == date(2026, 7, 16)
    assert refusal(case, "decide_competence", date(2026, 7, 10), agency=DEPARTMENT, to=DEPARTMENT).code == "move_not_yours"
    case.do("decide_competence", date(2026, 7, 10), agency=PROVINCE, to=DEPARTMENT)
    assert (case.state.holder, case.state.status) == (DEPARTMENT, Status.ASSIGNED)
    assert refusal(case, "dispute", date(2026, 7, 10), reason="not_own").code == "refused_before"
    case.do("accept", date(2026, 7, 13))


def test_who_received_a_letter_cannot_refuse_it():
    assert refusal(Matter(axes()), "dispute", reason="not_own").code == "not_passed_on"


def test_a_matter_is_given_only_to_bodies_under_the_holder():
    about = axes(Kind.FEEDBACK, competence=Competence.NOT_OWN, place="19")
    case = Matter(about, by=PROVINCE)
    assert refusal(case, "assign", to="SXD-14").code == "not_reachable"
    assert case.do("assign", JULY, to="SXD-19").holder == "SXD-19"
