from datetime import date

import pytest

from contracts.errors import Invalid
from contracts.vocabulary import AuthorRole, Field
from services.routing import competence, reference
from services.routing.competence import Matter, Table

TABLE = reference.competence()
NEW_LAW = date(2026, 7, 15)
INTERIM = date(2025, 12, 1)
DISTRICT = date(2025, 6, 30)


def settlers(on: date = NEW_LAW, **facts: object) -> competence.Competent:
    return competence.settlers(TABLE, Matter(**facts), on)


def body(role: str, on: date = NEW_LAW, **facts: object) -> str | None:
    found = competence.body_of(TABLE, role, Matter(**facts), on)
    return found.code if found else None


def test_the_table_is_total_deterministic_and_climbs_without_returning():
    assert competence.problems(TABLE) == []


@pytest.mark.parametrize(
    ("author", "first", "second"),
    [
        ("commune_chair", "commune_chair", "provincial_chair"),
        ("commune_unit_head", "commune_chair", "provincial_chair"),
        ("commune_official", "commune_chair", "provincial_chair"),
        ("provincial_agency_head", "provincial_agency_head", "provincial_chair"),
        ("provincial_agency_unit_head", "provincial_agency_unit_head", "provincial_agency_head"),
        ("provincial_agency_staff", "provincial_agency_unit_head", "provincial_agency_head"),
        ("provincial_chair", "provincial_chair", "minister"),
        ("ministry_unit_head", "ministry_unit_head", "minister"),
        ("minister", "minister", ""),
        ("public_service_unit_head", "public_service_unit_head", "superior_unit_head"),
    ],
)
def test_law_on_complaints_articles_17_to_23_name_first_and_second_settler(author: str, first: str, second: str):
    found = settlers(kind="complaint", author=author)
    assert (found.first, found.second, found.then, found.grade) == (first, second, "court", "A")


@pytest.mark.parametrize("author", ["regional_procuracy", "regional_court"])
@pytest.mark.parametrize("facts", [{"kind": "complaint"}, {"kind": "discipline"}, {"kind": "denunciation", "branch": "public_duty"}])
def test_regional_bodies_are_asked_about_only_since_they_exist(author: str, facts: dict[str, str]):
    with pytest.raises(Invalid, match="no_rule_in_force"):
        settlers(date(2025, 6, 30), author=author, **facts)
    assert settlers(date(2025, 7, 1), author=author, **facts).grade == "C"


def test_law_on_denunciations_article_15_names_the_regional_level_since_july_2026():
    denounced = {"kind": "denunciation", "branch": "public_duty", "author": "regional_procuracy"}
    assert [settlers(on, **denounced).grade for on in (date(2026, 6, 30), date(2026, 7, 1))] == ["C", "A"]


@pytest.mark.parametrize(
    ("against", "first"),
    [
        ("commune_official", "commune_chair"),
        ("commune_unit_head", "commune_chair"),
        ("commune_chair", "provincial_chair"),
        ("commune_vice_chair", "provincial_chair"),
        ("provincial_agency_head", "provincial_chair"),
        ("provincial_agency_deputy", "provincial_chair"),
        ("provincial_agency_staff", "provincial_agency_head"),
        ("regional_procuracy", "provincial_procuracy"),
        ("provincial_procuracy", "supreme_procuracy"),
        ("party_member", "party_inspection_commission"),
    ],
)
def test_law_on_denunciations_articles_12_to_15_name_the_settler(against: str, first: str):
    assert settlers(kind="denunciation", branch="public_duty", author=against).first == first


def test_article_41_gives_a_denunciation_about_state_management_to_the_agency_of_the_field():
    facts = {"kind": "denunciation", "branch": "state_management", "field": "land_housing", "place": "05518"}
    found = settlers(**facts)
    assert found.cites == ("LTC 41.1",)
    assert body(found.first, **facts) == "SNNMT-19"


def test_article_51_sends_a_second_discipline_complaint_to_the_superior_head():
    assert settlers(kind="discipline", author="commune_chair").second == "provincial_chair"
    assert settlers(kind="discipline", author="provincial_chair").second == "home_affairs_minister"


def test_only_dismissal_opens_the_court_for_discipline():
    assert settlers(kind="discipline", author="provincial_agency_head").then == ""
    assert settlers(kind="discipline", author="provincial_agency_head", is_dismissal=True).then == "court"


def test_the_interim_year_is_answered_with_grade_m_and_a_warning():
    for facts in (
        {"kind": "complaint", "author": "commune_chair"},
        {"kind": "discipline", "author": "commune_vice_chair"},
        {"kind": "denunciation", "branch": "public_duty", "author": "commune_official"},
    ):
        found = settlers(on=INTERIM, **facts)
        assert (found.grade, found.warnings) == ("M", ("interim_mapping",))


def test_the_interim_year_leaves_provincial_matters_alone():
    assert settlers(on=INTERIM, kind="complaint", author="provincial_agency_head").grade == "A"


def test_before_july_2025_the_district_level_has_no_rule():
    with pytest.raises(Invalid) as refused:
        settlers(on=DISTRICT, kind="complaint", author="commune_chair")
    assert refused.value.code == "no_rule_in_force"


def test_a_denunciation_must_name_its_branch():
    with pytest.raises(Invalid) as refused:
        settlers(kind="denunciation", author="commune_chair")
    assert refused.value.code == "branch_missing"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "plea"}, "unknown_kind"),
        ({"kind": "complaint", "author": "emperor"}, "unknown_role"),
        ({"kind": "complaint", "author": "minister", "field": "weather"}, "unknown_field"),
    ],
)
def test_words_that_the_table_does_not_know_are_refused(facts: dict[str, object], code: str):
    with pytest.raises(Invalid) as refused:
        settlers(**facts)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("facts", "first", "second"),
    [
        ({"kind": "complaint", "author": "commune_chair", "place": "05518"}, "UBND-05518", "UBND-19"),
        ({"kind": "complaint", "author": "provincial_agency_head", "author_agency": "SXD-14"}, "SXD-14", "UBND-14"),
        ({"kind": "complaint", "author": "provincial_agency_unit_head", "author_agency": "CCQLDD-80"}, "CCQLDD-80", "SNNMT-80"),
        ({"kind": "complaint", "author": "provincial_chair", "place": "51", "field": "land_housing"}, "UBND-51", "BO-NNMT"),
        ({"kind": "complaint", "author": "public_service_unit_head", "author_agency": "VPDKDD-44"}, "VPDKDD-44", "SNNMT-44"),
        ({"kind": "complaint", "author": "regional_court", "place": "19429"}, "TA-KV8-44", "TA-44"),
        ({"kind": "complaint", "author": "regional_procuracy", "place": "19429", "field": "judicial"}, "VKS-KV8-44", "VKS-44"),
        ({"kind": "complaint", "author": "judgment_enforcement", "place": "19429"}, "THA-KV8-44", "THA-44"),
        ({"kind": "complaint", "author": "police", "author_agency": "CA-05518"}, "CA-05518", "CA-19"),
        ({"kind": "discipline", "author": "provincial_chair", "place": "14"}, "UBND-14", "BO-NV"),
    ],
)
def test_the_facts_lead_to_bodies(facts: dict[str, object], first: str, second: str):
    found = settlers(**facts)
    assert (body(found.first, **facts), body(found.second, **facts)) == (first, second)


def test_an_unknown_author_stays_with_the_receiver_who_must_find_out():
    found = settlers(kind="complaint")
    assert (found.first, found.warnings) == ("receiving_body", ("author_unknown",))
    assert body(found.first, kind="complaint", receiver="UBND-14") == "UBND-14"


def test_a_body_that_ended_is_found_through_its_successor():
    assert body("provincial_chair", kind="complaint", author="provincial_chair", author_agency="UBND-62") == "UBND-51"


def test_the_change_of_july_2025_moves_only_matters_of_communes_and_of_regional_bodies():
    moved = {matter.author for matter, _, _ in competence.differences(TABLE, DISTRICT, date(2025, 7, 1))}
    assert moved == {"commune_chair", "commune_vice_chair", "commune_unit_head", "commune_official", "regional_procuracy", "regional_court"}


def test_a_missing_row_is_shown_by_a_counter_example():
    rows = [rule for rule in TABLE.rules if rule.rule != "TQ-KN-06"]
    told = competence.problems(Table(rows, TABLE.roles.values()))
    assert any("complaint minister" in line and line.endswith("không có quy định") for line in told)


def test_a_gap_in_time_is_shown_by_a_counter_example():
    rows = [rule._replace(effective_to=date(2026, 12, 31)) if rule.rule == "TQ-KN-06" else rule for rule in TABLE.rules]
    told = competence.problems(Table(rows, TABLE.roles.values()))
    assert any(line.startswith("2027-01-01: complaint minister") and line.endswith("không có quy định") for line in told)


def test_two_rows_that_say_it_alike_are_shown_by_a_counter_example():
    rule = next(rule for rule in TABLE.rules if rule.rule == "TQ-KN-06")
    told = competence.problems(Table([*TABLE.rules, rule._replace(rule="TQ-KN-99", first="prime_minister")], TABLE.roles.values()))
    assert any("TQ-KN-06 và TQ-KN-99 cùng trả lời" in line or "TQ-KN-99 và TQ-KN-06 cùng trả lời" in line for line in told)


def test_a_climb_that_returns_is_shown_by_a_counter_example():
    rows = [rule._replace(second="commune_chair") if rule.rule == "TQ-KN-04" else rule for rule in TABLE.rules]
    told = competence.problems(Table(rows, TABLE.roles.values()))
    assert any("commune_chair → provincial_chair → commune_chair" in line for line in told)


def test_an_answer_as_of_an_earlier_knowledge_ignores_later_rows():
    matter = Matter("complaint", "commune_chair")
    with pytest.raises(Invalid):
        competence.settlers(TABLE, matter, NEW_LAW, known=date(2025, 11, 1))
    later = next(rule for rule in TABLE.rules if rule.rule == "TQ-KN-01")._replace(
        first="provincial_chair", second="", known_from=date(2026, 10, 1)
    )
    corrected = Table([*TABLE.rules, later], TABLE.roles.values())
    assert competence.settlers(corrected, matter, NEW_LAW, known=date(2026, 9, 30)).first == "commune_chair"
    assert competence.settlers(corrected, matter, NEW_LAW, known=date(2026, 10, 1)).first == "provincial_chair"


def test_every_office_has_its_title_in_vietnamese_and_english():
    assert set(AuthorRole) <= set(TABLE.roles)
    assert all(row.vi and row.en for row in TABLE.roles.values())
    assert all(rule.field in ("*", *Field) for rule in TABLE.rules)
