"""The other ways a matter goes and ends, each at a commune and a province of all five documents."""

from datetime import date
from typing import Any, NamedTuple

import pytest

from contracts.event import PETITIONS
from tests.journeys.matter import Matter, axes
from tests.journeys.walk import SEEDS
from tests.journeys.world import START, World, officer, until

pytestmark = pytest.mark.journey

TODAY = date(2026, 9, 30)
"""Far enough after ``START`` for everything here to have been done or missed."""


class Place(NamedTuple):
    """The bodies of one document."""

    commune: str
    province: str

    @property
    def ward(self) -> str:
        return f"UBND-{self.commune}"

    @property
    def committee(self) -> str:
        return f"UBND-{self.province}"

    def at(self, office: str) -> str:
        """The province's ``TT`` (inspectorate), ``CA`` (police), ``MTTQ`` (Front), ``SNNMT`` or ``SXD`` (land, construction)."""
        return f"{office}-{self.province}"


@pytest.fixture(params=SEEDS.items(), ids=lambda seed: seed[1])
def place(request: pytest.FixtureRequest) -> Place:
    province, commune = request.param
    return Place(commune, province)


@pytest.fixture(scope="module", autouse=True)
def _autumn(world: World) -> None:
    world.set_today(TODAY)


def complaint(world: World, place: Place, **facts: Any) -> Matter:
    """A complaint against the commune's chair, assigned to the commune."""
    found = Matter.lodged(world, axes(place=place.commune, **facts), at=place.ward)
    found.until(status="assigned")
    return found


def denunciation(world: World, place: Place, **facts: Any) -> Matter:
    """A denunciation of a commune official, which the commune's chair settles."""
    found = Matter.lodged(world, axes("denunciation", place=place.commune, **{"source": "post", **facts}), at=place.ward)
    found.until(status="assigned")
    return found


def test_a_complaint_out_of_time_is_not_accepted_with_the_ground_that_the_law_names(world: World, place: Place) -> None:
    late = complaint(world, place)
    assert late.refused("refuse", place.ward, date(2026, 7, 10), ground="bad_weather")["code"] == "ground_unknown"
    assert late.move("refuse", place.ward, date(2026, 7, 10), ground="time_barred")["status"] == "refused"
    assert late.refused("accept", place.ward, date(2026, 7, 10))["code"] == "move_not_now"


def test_a_complaint_that_the_front_sent_to_the_wrong_body_returns_to_the_front(world: World, place: Place) -> None:
    about = axes(place=place.commune, source="forwarded_front", forwarder=place.at("MTTQ"), author_agency=place.ward, competence="not_own")
    sent = Matter.lodged(world, about, at=place.committee)
    sent.until(status="classified", action="return_to_forwarder")
    assert sent.refused("forward", place.committee, START, to=place.ward)["code"] == "complaint_not_forwarded"
    assert sent.move("return", place.committee, START, reason="not_own")["status"] == "returned"


def test_a_complaint_of_which_a_visitor_complains_elsewhere_is_guided_once(world: World, place: Place) -> None:
    about = axes(place=place.commune, source="reception_desk", author_agency=place.ward, competence="not_own")
    first = Matter.lodged(world, about, at=place.committee)
    first.until(status="classified", action="guide", competent=place.ward)
    assert first.move("guide", place.committee, START)["status"] == "guided"
    again = Matter.lodged(world, about | {"was_guided_before": True, "eligibility": "ineligible"}, at=place.committee)
    again.until(status="classified", action="file")
    assert again.refused("guide", place.committee, START)["code"] == "guided_once"
    assert again.move("file", place.committee, START, ground="guided_before")["status"] == "filed"


def test_an_anonymous_denunciation_without_evidence_is_kept_as_information(world: World, place: Place) -> None:
    about = axes("denunciation", place=place.commune, source="post", is_anonymous=True)
    found = Matter.lodged(world, about | {"eligibility": "ineligible"}, at=place.ward, people=0)
    found.until(status="classified", action="not_processed")
    assert found.move("file", place.ward, START, ground="anonymous")["status"] == "filed"


def test_signs_of_crime_go_to_the_police_whoever_is_competent(world: World, place: Place) -> None:
    found = Matter.lodged(world, axes("denunciation", place=place.commune, source="post", has_crime_signs=True), at=place.ward)
    found.until(status="classified", action="transfer_to_investigation")
    assert found.move("forward", place.ward, START, to=place.at("CA"))["holder"] == place.at("CA")


def test_a_mixed_letter_is_sent_back_to_be_split(world: World, place: Place) -> None:
    found = Matter.lodged(world, axes("mixed", place=place.commune, author_role="commune_chair"), at=place.ward)
    found.until(status="classified", action="split")
    assert found.move("guide", place.ward, START)["status"] == "guided"


def test_its_author_withdraws_a_complaint_before_it_is_accepted(world: World, place: Place) -> None:
    found = complaint(world, place)
    path = f"/petitions/{found.case_id}/withdraw"
    assert world.do("intake", "POST", path, {}, by=world.citizen(found.code))["is_whole"]
    found.until(status="withdrawn")
    assert world.ask("intake", "POST", path, {}, by=world.citizen(found.code)).json()["code"] == "already_withdrawn"


def test_a_complaint_withdrawn_under_pressure_is_taken_up_again(world: World, place: Place) -> None:
    found = complaint(world, place)
    world.do("intake", "POST", f"/petitions/{found.case_id}/withdraw", {"on": "2026-07-08"}, by=officer(place.ward))
    found.until(status="withdrawn")
    assert found.refused("reopen", place.ward, date(2026, 7, 20), ground="regret")["code"] == "ground_unknown"
    assert found.move("reopen", place.ward, date(2026, 7, 20), ground="coerced")["status"] == "assigned"
    assert found.due_on("accept") == "2026-07-29"
    seen = "query ($id: ID!) { petition(caseId: $id) { status } case(caseId: $id) { status } }"

    def is_open() -> bool:
        told = world.graphql(seen, by=officer(place.ward), id=found.case_id)
        return {told["petition"]["status"], told["case"]["status"]} == {"ASSIGNED"}

    until("open again in GraphQL", is_open)


def test_a_complaint_withdrawn_after_acceptance_ends_by_a_decision(world: World, place: Place) -> None:
    found = complaint(world, place)
    found.move("accept", place.ward, date(2026, 7, 8))
    world.do("intake", "POST", f"/petitions/{found.case_id}/withdraw", {"on": "2026-07-20"}, by=officer(place.ward))
    until("stated", lambda: "petition.withdrawn.v1" in found.stated(PETITIONS))
    assert found.state()["status"] == "accepted"
    assert found.move("terminate", place.ward, date(2026, 7, 22), ground="withdrawn")["status"] == "terminated"
    assert found.due_on("send_notice") == "2026-07-27"
    found.move("send_notice", place.ward, date(2026, 7, 24), step="send_notice")
    assert found.due_on("send_notice") is None


def test_a_letter_that_repeats_another_is_only_counted(world: World, place: Place) -> None:
    first, again = complaint(world, place), complaint(world, place)
    world.do("intake", "POST", f"/petitions/{again.case_id}/link", {"founding_case_id": first.case_id}, by=officer(place.ward))
    again.until(status="linked")
    assert first.move("accept", place.ward, date(2026, 7, 8))["status"] == "accepted"


def test_days_of_a_suspension_are_not_counted(world: World, place: Place) -> None:
    found = complaint(world, place)
    assert found.move("accept", place.ward, date(2026, 7, 8))["due_on"] == "2026-08-07"
    found.move("suspend", place.ward, date(2026, 7, 20), ground="awaiting_result")
    assert found.due_on("settle") is None
    assert found.move("resume", place.ward, date(2026, 7, 30))["due_on"] == "2026-08-17"
    assert found.move("settle", place.ward, date(2026, 8, 17), outcome="right")["status"] == "settled"
    (settled,) = [record.body for record in world.log.of(found.case_id) if record.type == "case.settled.v1"]
    assert settled["was_late"] is False


def test_a_complex_denunciation_gets_its_longer_terms_only_with_the_criteria_on_file(world: World, place: Place) -> None:
    found = denunciation(world, place)
    assert found.move("accept", place.ward, date(2026, 7, 8))["due_on"] == "2026-08-07"
    assert found.refused("extend", place.ward, date(2026, 7, 30), reason="many_places")["code"] == "extension_not_allowed"
    found.move("mark_complex", place.ward, date(2026, 7, 30), criteria=["many_places", "conflicting_evidence"])
    assert found.move("extend", place.ward, date(2026, 8, 3), reason="many_places")["due_on"] == "2026-09-07"
    assert found.move("settle", place.ward, date(2026, 9, 4), outcome="wrong")["status"] == "settled"


def test_a_complaint_left_unsettled_goes_to_the_second_settler(world: World, place: Place) -> None:
    found = complaint(world, place)
    found.move("accept", place.ward, date(2026, 7, 8))
    assert found.refused("open_second", place.committee, date(2026, 8, 7))["code"] == "not_overdue"
    assert found.move("open_second", place.committee, date(2026, 8, 10))["holder"] == place.committee
    assert found.move("accept", place.committee, date(2026, 8, 12))["due_on"] == "2026-09-28"


def test_a_denunciation_left_unsettled_is_urged_and_taken_over_by_the_superior(world: World, place: Place) -> None:
    found = denunciation(world, place)
    found.move("accept", place.ward, date(2026, 7, 8))
    found.move("urge", place.committee, date(2026, 8, 10))
    assert found.due_on("report_progress") == "2026-08-17"
    found.move("send_notice", place.ward, date(2026, 8, 14), step="report_progress")
    assert found.move("take_over", place.committee, date(2026, 8, 20))["holder"] == place.committee
    found.move("accept", place.committee, date(2026, 8, 24))
    assert found.move("settle", place.committee, date(2026, 9, 10), outcome="partly_right")["status"] == "settled"


def test_a_denunciation_is_continued_before_the_superior_of_who_concluded(world: World, place: Place) -> None:
    found = denunciation(world, place)
    found.move("accept", place.ward, date(2026, 7, 8))
    found.move("settle", place.ward, date(2026, 7, 30), outcome="wrong")
    assert found.move("open_second", place.committee, date(2026, 8, 10))["holder"] == place.committee
    assert found.due_on("initial") == "2026-09-03", "the twentieth day is a Sunday before the days of the National Day"
    found.move("accept", place.committee, date(2026, 8, 20))
    assert found.move("settle", place.committee, date(2026, 9, 10), outcome="right")["holder"] == place.committee


def test_two_bodies_refuse_and_their_common_superior_decides(world: World, place: Place) -> None:
    about = axes("recommendation", place=place.commune, source="post", competence="not_own")
    land, building = place.at("SNNMT"), place.at("SXD")
    found = Matter.lodged(world, about, at=place.ward)
    found.until(status="classified")
    assert found.refused("dispute", place.ward, date(2026, 7, 8), reason="another_field")["code"] in ("move_not_now", "not_passed_on")
    found.move("forward", place.ward, date(2026, 7, 8), to=land)
    found.move("dispute", land, date(2026, 7, 10), reason="another_field")
    found.move("forward", land, date(2026, 7, 10), to=building)
    found.move("dispute", building, date(2026, 7, 13), reason="another_field")
    assert found.due_on("decide_competence") == "2026-07-20"
    assert found.refused("decide_competence", building, date(2026, 7, 15), to=land)["code"] == "move_not_yours"
    assert found.move("decide_competence", place.committee, date(2026, 7, 15), to=land)["holder"] == land
    assert found.refused("dispute", land, date(2026, 7, 16), reason="another_field")["code"] in ("refused_before", "competence_decided")
    assert found.move("accept", land, date(2026, 7, 16))["status"] == "accepted"
