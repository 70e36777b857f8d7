"""One rule of who may know of a matter and of figures."""

import pytest

from contracts.vocabulary import Role
from law import sight

WARD, PROVINCE = "UBND-05518", "UBND-19"


@pytest.mark.parametrize(
    ("role", "agency", "knows"),
    [
        (Role.OFFICER, WARD, True),
        (Role.OFFICER, PROVINCE, False),
        (Role.OFFICER, "", False),
        (Role.SUPERVISOR, "HDND-05518", True),
        (Role.SUPERVISOR, "HDND-19", True),
        (Role.SUPERVISOR, "MTTQ-TW", True),
        (Role.SUPERVISOR, "HDND-80", False),
        (Role.SUPERVISOR, "NOBODY-1", False),
        (Role.SUPERVISOR, "", False),
        (Role.OPERATOR, "", True),
        (Role.SYSTEM, "", True),
        (Role.POLICE, "CA-19", False),
        (Role.ANONYMOUS, "", False),
    ],
)
def test_a_matter_of_a_ward_is_known_to_those_it_concerned_and_those_who_watch_there(role: Role, agency: str, knows: bool) -> None:
    assert sight.knows_matter(role, agency, WARD, {WARD, ""}) is knows


def test_figures_are_known_of_the_own_body_or_of_the_territory() -> None:
    assert sight.figures_of(Role.OFFICER, WARD) == {WARD}
    assert sight.figures_of(Role.OFFICER, "") == frozenset()
    assert sight.figures_of(Role.SUPERVISOR, "MTTQ-TW") is None
    in_the_province = sight.figures_of(Role.SUPERVISOR, "HDND-19")
    assert in_the_province is not None
    assert {WARD, PROVINCE} <= in_the_province
    assert "UBND-80" not in in_the_province
    assert sight.figures_of(Role.POLICE, "CA-19") == frozenset()
