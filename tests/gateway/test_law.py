"""What the law says, asked through the gateway: who settles, what next; refusals as data."""

from contracts.vocabulary import Role
from tests.gateway import test_mutations as mutations
from tests.gateway.world import WARD, World

joined, sisters = mutations.joined, mutations.sisters

COMPETENT = """query($facts: CompetentAgencyInput!){competentAgency(facts:$facts){__typename
  ... on CompetentAgency{first second then agency secondAgency cites grade} ... on Refusal{code message field}}}"""
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
    refused = await ask(joined, COMPETENT, token, facts=facts | {"author": "khong_biet"})
    assert (refused["__typename"], refused["code"]) == ("Refusal", "unknown_role")


async def test_a_case_that_routing_does_not_know_is_a_refusal_told_as_data(joined: World) -> None:
    found = (await joined.data(NEXT, Role.OFFICER, WARD, id="nothing"))["nextSteps"]
    assert (found["__typename"], found["code"], found["status"]) == ("Refusal", "case_not_found", 404)


async def test_a_stranger_to_a_case_is_told_nothing_of_it(joined: World) -> None:
    assert await joined.data(NEXT, Role.ANONYMOUS, "", id="c1") == {"nextSteps": None}
