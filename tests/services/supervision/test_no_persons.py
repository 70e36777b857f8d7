"""Nothing in alerts or in what they are computed from can come from who a petitioner is.

The lists below are complete on purpose: whoever adds a field or a column must add it here, and say why it is a fact of the case.
"""

from typing import Any

import msgspec
import pytest

from contracts.event import ENVELOPE
from contracts.oversight import HotspotChanged, HotspotCleared, HotspotRaised, RedAlertRaised, ReminderSent
from contracts.petitions import Person
from services.supervision import rules
from services.supervision.models import Alert, Base, MissedStep, Watch

FIELDS = {
    HotspotRaised: {"reasons", "people_count", "days_overdue", "place", "holder", "expires_on"},
    HotspotChanged: {"reasons", "people_count", "days_overdue", "holder", "expires_on"},
    HotspotCleared: {"reason"},
    ReminderSent: {"holder", "step", "missed_due_on", "law"},
    RedAlertRaised: {"holder", "step", "missed_due_on", "law"},
}
COLUMNS = {
    Watch: {
        "case_id", "received_by", "received_on", "people_count", "place", "object_ref", "is_reception", "is_withdrawn",
        "founding_case_id", "linked_count", "linked_people_count", "linked_reception_count", "holder", "is_closed", "dispute_count",
        "same_object_count", "reopened_on",
    },
    MissedStep: {"case_id", "step", "due_on", "holder", "reminded_on", "ended_on"},
    Alert: {
        "case_id", "reasons", "people_count", "linked_count", "days_overdue", "place", "holder", "raised_on", "expires_on", "cleared_on",
        "clearing_reason",
    },
}  # fmt: skip
WEIGHED = {
    "case_id", "holder", "place", "is_open", "people_count", "linked_count", "reception_count", "dispute_count", "same_object_count",
    "overdue_since",
}  # fmt: skip
FORBIDDEN = {*Person.__struct_fields__, "subject", "petitioner", "person", "text", "author", "ethnic", "religion", "opinion", "score"}


@pytest.mark.parametrize("fact", FIELDS, ids=lambda fact: fact.__name__)
def test_a_fact_about_a_hot_spot_has_no_other_fields(fact: Any) -> None:
    assert set(fact.__struct_fields__) - set(ENVELOPE) == FIELDS[fact]


@pytest.mark.parametrize("table", COLUMNS, ids=lambda table: table.__name__)
def test_a_table_of_supervision_has_no_other_columns(table: Any) -> None:
    assert {column.name for column in table.table.columns} == COLUMNS[table]


def test_there_is_no_other_table() -> None:
    assert set(Base.metadata.tables) == {table.table.name for table in COLUMNS}


def test_the_rules_weigh_nothing_else() -> None:
    assert {field.name for field in msgspec.structs.fields(rules.Matter)} == WEIGHED


def test_no_name_speaks_of_a_person() -> None:
    names = set().union(WEIGHED, *FIELDS.values(), *COLUMNS.values())
    assert not [name for name in names for word in FORBIDDEN if word in name]
