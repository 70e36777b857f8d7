"""What the law says, asked through the gateway: who settles, what next, by when, what to do with a letter; refusals as data."""

import json

import pytest

from contracts.vocabulary import Role, Source
from gateway.schema import questions
from law.verify import verify
from services.routing import action
from tests.gateway import test_mutations as mutations
from tests.gateway.world import WARD, World

pytestmark = pytest.mark.connected
joined, sisters = mutations.joined, mutations.sisters

COMPETENT = """query($facts: CompetentAgencyInput!){competentAgency(facts:$facts){__typename
  ... on CompetentAgency{first firstLabel second then agency agencyName secondAgency cites grade} ... on Refusal{code message field}}}"""
DUE = """query($question: DueDateInput!){dueDate(question:$question){__typename
  ... on DueDate{dueOn limit unit rules cites grade warnings sentence days{day isCounted reason} certificate}
  ... on Refusal{code message field law}}}"""
ACTION = """query($facts: LetterActionInput!){letterAction(facts:$facts){__typename
  ... on LetterAction{action rule limit unit dueOn cites} ... on Refusal{code field}}}"""
NEXT = """query($id: ID!){nextSteps(caseId:$id){__typename ... on Refusal{code status}}}"""


async def ask(world: World, document: str, token: str, **variables: object) -> dict[str, object]:
    """The data of one question."""
    sent = {"query": document, "variables": variables}
    answer = (await world.client.post("/graphql", json=sent, headers={"authorization": f"Bearer {token}"})).json()
    assert "errors" not in answer, answer
    found: dict[str, object] = next(iter(answer["data"].values()))
    return found


async def test_anyone_may_ask_who_settles_a_matter(joined: World) -> None:
    token = (await joined.client.post("/token")).json()["token"]
    facts = {"kind": "complaint", "author": "commune_chair", "unit": "05518", "on": "2026-08-03"}
    told = await ask(joined, COMPETENT, token, facts=facts)
    assert (told["first"], told["second"], told["agency"], told["secondAgency"]) == ("commune_chair", "provincial_chair", WARD, "UBND-19")
    assert (told["firstLabel"], told["agencyName"]) == ("Chủ tịch Ủy ban nhân dân cấp xã", "Ủy ban nhân dân phường Sông Công")
    refused = await ask(joined, COMPETENT, token, facts=facts | {"author": "khong_biet"})
    assert (refused["__typename"], refused["code"]) == ("Refusal", "unknown_role")


async def test_a_case_that_routing_does_not_know_is_a_refusal_told_as_data(joined: World) -> None:
    found = (await joined.data(NEXT, Role.OFFICER, WARD, id="nothing"))["nextSteps"]
    assert (found["__typename"], found["code"], found["status"]) == ("Refusal", "case_not_found", 404)


async def test_a_stranger_to_a_case_is_told_nothing_of_it(joined: World) -> None:
    assert await joined.data(NEXT, Role.ANONYMOUS, "", id="c1") == {"nextSteps": None}


async def test_anyone_may_ask_by_when_and_check_the_certificate(joined: World) -> None:
    token = (await joined.client.post("/token")).json()["token"]
    pause = {"since": "2026-07-10", "until": "2026-07-20"}
    asked = {"kind": "complaint", "step": "settle_first", "start": "2026-07-03", "complex": True, "criteria": ["many_contents"]}
    told = await ask(joined, DUE, token, question={**asked, "note": "TB 12/2026", "suspensions": [pause]})
    assert (told["dueOn"], told["limit"], told["rules"], told["cites"]) == ("2026-08-27", 45, ["KN-06"], ["LKN 28"])
    assert str(told["sentence"]).startswith("Hạn giải quyết khiếu nại lần đầu: hết ngày 27/08/2026.")
    certificate = json.loads(str(told["certificate"]))
    assert verify(certificate) is None
    assert verify({**certificate, "due": "2026-08-28"}) is not None
    refused = await ask(joined, DUE, token, question=asked)
    assert (refused["__typename"], refused["code"]) == ("Refusal", "complexity_note_missing")


async def test_anyone_may_ask_what_is_done_with_a_letter(joined: World) -> None:
    token = (await joined.client.post("/token")).json()["token"]
    facts = {"kind": "DENUNCIATION", "on": "2026-08-03", "own": False}
    told = await ask(joined, ACTION, token, facts=facts)
    assert (told["action"], told["rule"], told["limit"], told["unit"], told["dueOn"]) == ("forward", "XLD-11", 5, "working", "2026-08-10")
    sent = {"query": ACTION, "variables": {"facts": facts | {"kind": "PLEA"}}}
    answer = (await joined.client.post("/graphql", json=sent, headers={"authorization": f"Bearer {token}"})).json()
    assert "Kind" in answer["errors"][0]["message"]


async def test_a_letter_is_asked_about_in_the_words_that_letters_have(joined: World) -> None:
    token = (await joined.client.post("/token")).json()["token"]
    facts = {"kind": "COMPLAINT", "on": "2026-08-03", "own": False}
    rules = {}
    for source in Source:
        rules[source] = (await ask(joined, ACTION, token, facts=facts | {"source": source.name}))["rule"]
    assert rules[Source.FORWARDED_PRESS] != rules[Source.POST] == rules[Source.PORTAL]
    for source, word in questions._SENT_BY.items():
        assert action._SOURCES[source] == word
    assert action._SOURCES.keys() == questions._SENT_BY.keys()
