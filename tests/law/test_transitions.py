"""Open cases under a new decree."""

from datetime import date

from law.transitions import version_on

BEFORE, AFTER = date(2026, 6, 1), date(2026, 7, 15)


def test_decree_155_art_22_a_suspension_in_a_case_accepted_earlier_follows_the_new_decree() -> None:
    assert version_on("complaint", "suspend", BEFORE, AFTER) == AFTER
    assert version_on("complaint", "suspend", BEFORE, date(2026, 6, 30)) == BEFORE


def test_decree_155_art_22_names_no_other_matter() -> None:
    assert version_on("complaint", "settle", BEFORE, AFTER) == BEFORE


def test_decree_156_art_10_open_denunciations_follow_the_amended_decree_in_all() -> None:
    assert version_on("denunciation", "settle", BEFORE, AFTER) == AFTER
    assert version_on("denunciation", "settle", date(2026, 7, 2), AFTER) == date(2026, 7, 2)


def test_nobody_followed_a_decree_that_was_not_known() -> None:
    assert version_on("complaint", "suspend", BEFORE, AFTER, as_of_knowledge=date(2026, 5, 14)) == BEFORE
