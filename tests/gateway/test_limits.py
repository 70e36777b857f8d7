"""Documents that ask for too much are refused before they cost anything."""

import pytest
from graphql import parse

from contracts.errors import Invalid
from contracts.vocabulary import Role
from gateway import limits
from gateway.documents import Documents
from gateway.schema import core
from tests.gateway.world import World

NESTED = "{" + "case{petition{" * 8 + "caseId" + "}}" * 8 + "}"
BOMB = (
    "{case{...f0}} "
    + " ".join(f"fragment f{number} on Case {{...f{number + 1} ...f{number + 1}}}" for number in range(22))
    + " fragment f22 on Case {caseId}"
)


def test_a_bomb_of_nested_fragments_is_counted_in_one_pass() -> None:
    """Counted without memory, its four million fields would outlast any test run."""
    with pytest.raises(Invalid, match="fields"):
        limits.check(parse(BOMB))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (NESTED, "depth"),
        ("{" + " ".join(f"a{number}: asOf" for number in range(16)) + "}", "aliases"),
        ("{asOf " + " ".join("@include(if: true)" for _ in range(11)) + "}", "directives"),
        ("{petitions(first: 100){edges{node{case{timeline(last: 100){act}}}}}}", "cost"),
        ("query($n: Int!){petitions(first: $n){edges{node{case{timeline(last: $n){act}}}}}}", "cost"),
    ],
)
def test_each_measure_of_a_document_has_its_limit(text: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        limits.check(parse(text))


def test_fragments_that_spread_each_other_are_measured_and_then_refused_as_invalid() -> None:
    text = "{case{...a}} fragment a on Case {...b} fragment b on Case {...a}"
    assert "within itself" in Documents(core()).read(text).errors[0].message


def test_a_document_of_too_many_tokens_is_not_parsed_to_its_end() -> None:
    assert "tokens" in Documents(core()).read("{" + "asOf " * 1200 + "}").errors[0].message


def test_at_most_five_errors_are_told_and_none_suggests_a_name() -> None:
    found = Documents(core()).read("{" + " ".join(f"petitionz{number}" for number in range(40)) + "}")
    assert len(found.errors) <= limits.MAX_ERRORS + 1
    assert all("Did you mean" not in error.message for error in found.errors)


def test_the_introspection_query_of_common_tools_is_within_the_limits() -> None:
    from graphql import get_introspection_query

    limits.check(parse(get_introspection_query(input_value_deprecation=True)))


def test_the_documents_remembered_are_bounded() -> None:
    documents = Documents(core())
    for number in range(1200):
        documents.read(f"query q{number} {{asOf}}")
    assert len(documents._seen) == 1000


async def test_a_refused_document_says_which_limit_it_exceeds(world: World) -> None:
    answer = await world.ask(NESTED, Role.OPERATOR, "")
    assert answer["errors"][0]["extensions"]["code"] == "document_too_costly"
    assert "depth 17" in answer["errors"][0]["extensions"]["messageEn"]
    assert "data" not in answer


async def test_a_document_or_body_that_is_too_large_is_refused(world: World) -> None:
    answer = await world.ask("{asOf " + " " * limits.MAX_TEXT + "}", Role.OPERATOR, "")
    assert answer["errors"][0]["extensions"]["code"] == "body_too_large"
    answer = await world.ask("{asOf}", Role.OPERATOR, "", text="x" * limits.MAX_BODY)
    assert answer["errors"][0]["extensions"]["code"] == "body_too_large"
