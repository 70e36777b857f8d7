"""Letters that nobody wrote read like real ones, and the same seed writes them again."""

import re
from collections import Counter
from datetime import date

import msgspec
import pytest

from contracts.event import Actor
from contracts.petitions import LodgeForm
from contracts.vocabulary import Competence, Eligibility, Kind, Role, Source
from deploy.demo import letters, people, reference
from deploy.demo.letters import Letter, Wish
from law import bodies
from services.intake import reference as reference_of_intake
from services.intake import rules

ON = date(2026, 10, 1)
SATURDAY = date(2026, 10, 3)


@pytest.fixture(scope="module")
def many() -> list[Letter]:
    return [letters.letter(7, number, ON) for number in range(1500)]


def test_the_same_seed_and_number_give_the_same_letter() -> None:
    assert letters.letter(7, 42, ON) == letters.letter(7, 42, ON)
    assert letters.letter(7, 42, ON).form.text != letters.letter(8, 42, ON).form.text


def test_a_thousand_letters_are_all_different(many: list[Letter]) -> None:
    assert len({letter.form.text for letter in many}) == len(many)


def test_no_slot_is_left_open_in_any_sentence(many: list[Letter]) -> None:
    assert not [letter.form.text for letter in many if re.search(r"[{}]", letter.form.text)]


def test_every_sentence_of_every_matter_can_be_told() -> None:
    told = [letters.letter(3, number, ON, Wish(matter=matter.code)) for matter in reference.matters() for number in range(40)]
    assert {letter.matter for letter in told} == {matter.code for matter in reference.matters()}
    assert not [letter for letter in told if "{" in letter.form.text]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_of_any_kind_can_be_asked_for(kind: Kind) -> None:
    assert letters.letter(1, 1, ON, Wish(kind=kind)).truth.kind is kind


def test_every_form_passes_the_check_at_the_edge(many: list[Letter]) -> None:
    for letter in many:
        assert msgspec.json.decode(msgspec.json.encode(letter.form), type=LodgeForm) == letter.form


def test_every_body_named_by_a_letter_exists_on_its_day(many: list[Letter]) -> None:
    for letter in many:
        for code in (letter.form.received_by, letter.truth.author_agency, letter.truth.forwarder):
            assert code is None or bodies.body(code, ON) is not None


def test_no_petitioner_has_a_number_that_anybody_could_have(many: list[Letter]) -> None:
    for letter in many:
        for person in letter.form.petitioners:
            assert person.id_number.startswith(people.UNUSED_PROVINCE)
            assert person.phone.startswith(people.UNUSED_PREFIX)


def test_petitioners_do_not_tell_whether_a_letter_is_eligible_or_who_is_competent(many: list[Letter]) -> None:
    assert {letter.form.axes.eligibility for letter in many} == {Eligibility.UNDETERMINED}
    assert {letter.form.axes.competence for letter in many} == {Competence.UNDETERMINED}
    assert not [letter for letter in many if letter.form.is_classified]


def test_shares_come_out_as_measured(many: list[Letter]) -> None:
    count = Counter(letter.truth.eligibility for letter in many)
    assert count[Eligibility.INELIGIBLE] / len(many) == pytest.approx(reference.habits()["ineligible"], abs=0.04)
    kinds = Counter(letter.truth.kind for letter in many)
    assert kinds[Kind.DENUNCIATION] / len(many) == pytest.approx(reference.habits()["kind.denunciation"], abs=0.02)
    assert 0.4 < sum(letter.truth.competence is Competence.NOT_OWN for letter in many) / len(many) < 0.58


def test_a_crowd_is_five_to_forty_people_and_signs_with_all_names(many: list[Letter]) -> None:
    crowds = [letter for letter in many if letter.is_of_a_crowd]
    assert crowds
    for letter in crowds:
        assert letter.truth.people_count <= letters.MOST_PEOPLE
        assert len(letter.form.petitioners) == letter.truth.people_count
        assert all(person.full_name in letter.form.text for person in letter.form.petitioners)


def test_many_people_write_we() -> None:
    text = letters.letter(1, 1, ON, Wish(kind=Kind.COMPLAINT, people_count=6)).form.text
    assert not re.search(r"(?<!húng )\btôi\b", text)


def test_an_anonymous_letter_names_nobody_and_is_not_handed_over_in_person(many: list[Letter]) -> None:
    found = [letter for letter in many if letter.truth.is_anonymous]
    assert found
    assert not [letter for letter in found if letter.form.petitioners or letter.truth.is_in_person]
    assert {letter.truth.eligibility for letter in found} == {Eligibility.INELIGIBLE}


def test_on_a_day_off_only_the_portal_is_open() -> None:
    assert {letters.letter(5, number, SATURDAY).truth.source for number in range(60)} == {Source.PORTAL}


def test_a_canary_carries_its_mark_in_every_field_and_in_the_text() -> None:
    letter = letters.letter(1, 9, ON, Wish(is_canary=True, people_count=6))
    assert len(letter.marks) == len(set(letter.marks)) == 6
    for mark, person in zip(letter.marks, letter.form.petitioners, strict=True):
        assert mark.isascii()
        assert all(mark in getattr(person, field) for field in ("full_name", "address", "phone", "email", "id_number"))
        assert mark in letter.form.text


def test_a_copy_in_the_same_week_is_word_for_word_the_same() -> None:
    first = letters.letter(1, 1, ON, Wish(kind=Kind.COMPLAINT))
    copy = letters.again(first, 1, 900, date(2026, 10, 5))
    assert copy.founding == first.key
    assert copy.form.text == first.form.text
    assert copy.form.external_id != first.form.external_id


def test_a_letter_written_again_months_later_says_so() -> None:
    first = letters.letter(1, 1, ON, Wish(kind=Kind.COMPLAINT))
    later = letters.again(first, 1, 901, date(2026, 11, 20))
    assert "01/10/2026" in later.form.text
    assert later.form.petitioners == first.form.petitioners


def test_a_letter_is_dated_no_later_than_it_is_received(many: list[Letter]) -> None:
    assert all(letter.form.letter_on is not None and letter.form.letter_on <= letter.received_on for letter in many)


def test_intake_registers_every_letter_and_lets_an_officer_sign_what_is_true_of_it(many: list[Letter]) -> None:
    for letter in many:
        officer = Actor(agency=letter.form.received_by, role=Role.OFFICER, officer="o-1")
        conditions = reference_of_intake.conditions(letter.received_on)
        earliest = reference_of_intake.earliest()
        ids = rules.Ids("case-1", "DN26-1", "subject-1")
        rules.lodge(letter.form, officer, letter.received_on, earliest, ids, conditions)
        signed = msgspec.structs.replace(letter.form, axes=letter.truth, is_classified=True)
        assert len(rules.lodge(signed, officer, letter.received_on, earliest, ids, conditions)) == 2
