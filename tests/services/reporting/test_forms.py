from datetime import date

import pytest

from contracts.errors import NotFound
from contracts.vocabulary import Kind
from services.reporting import export, forms, reference
from tests.services.reporting import letters as make
from tests.services.reporting.test_identities import Books

FROM, TO = date(2026, 1, 1), date(2026, 3, 31)


def test_form_01_xld_has_its_22_columns_and_printed_identities() -> None:
    layout = reference.layouts()["xld_2024"]
    assert [column.number for column in layout.columns] == list(range(1, 23))
    printed = {"1=2+3=4+5", "6=8+9+10=11+12+13=14+18", "14=15+16+17", "18=19+20+21"}
    assert printed <= {identity.text for identity in layout.identities}


def test_the_version_of_a_form_is_chosen_by_the_last_day_of_the_period() -> None:
    assert reference.form_on("01/XLD", date(2025, 9, 29)).grade == "B"
    assert reference.form_on("01/XLD", date(2025, 9, 30)).warning_vi


@pytest.mark.parametrize(("form", "on", "code"), [("09/ABC", TO, "form_not_found"), ("01/XLD", date(2020, 1, 1), "form_not_in_force")])
def test_a_form_that_is_not_in_force_is_refused(form: str, on: date, code: str) -> None:
    with pytest.raises(NotFound) as refusal:
        reference.form_on(form, on)
    assert refusal.value.code == code


@pytest.mark.parametrize("text", ["received", "received.closing handled.opening", "received.closing - ", "received.sometimes"])
def test_an_expression_that_is_no_sum_of_accounts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        forms.parse_expression(text)


def test_a_filter_on_an_unknown_trait_is_refused() -> None:
    with pytest.raises(ValueError, match="no filter"):
        forms.parse_where("petitioner=somebody")


def test_a_broken_identity_is_named() -> None:
    layout = reference.layouts()["xld_2024"]
    columns = dict.fromkeys(range(1, 23), 0) | {14: 1, 6: 1, 8: 1, 13: 1}
    assert [identity.text for identity in forms.broken(layout, columns)] == ["14=15+16+17"]


def test_a_returned_letter_counts_as_guided_with_a_note() -> None:
    books = Books([make.lodged(), make.returned()])
    form = reference.form_on("01/XLD", TO)
    filled = forms.fill(form.layout, forms.tallies(books.of(make.HOME), FROM, TO))
    assert filled.columns[19] == 1
    assert export.note_vi(filled, 19) == "Trong đó 1 đơn trả lại nơi chuyển đến."


def test_an_exported_form_says_where_there_are_no_data() -> None:
    form = reference.form_on("01/XLD", TO)
    filled = forms.fill(form.layout, [])
    table = export.as_csv(form, filled, [make.HOME], FROM, TO)
    assert "22,Văn bản phúc đáp nhận được do chuyển đơn,văn bản,chưa có số liệu," in table
    assert export.as_json(form, filled, [make.HOME], FROM, TO)["columns"] == {
        str(number): None if number == 22 else 0 for number in range(1, 23)
    }


def test_a_letter_carried_over_is_handled_in_the_next_period() -> None:
    books = Books([make.lodged(on=date(2025, 12, 20), kind=Kind.FEEDBACK), make.assigned(on=date(2026, 1, 5))])
    columns = forms.fill(reference.layouts()["xld_2024"], forms.tallies(books.of(make.HOME), FROM, TO)).columns
    assert [columns[number] for number in (1, 2, 3, 4, 5, 10, 17)] == [1, 1, 0, 1, 0, 1, 1]


def test_an_assigned_matter_is_settled_in_the_book_of_the_body_that_settles() -> None:
    books = Books([make.lodged(on=FROM), make.assigned(on=FROM, holder="CA-TEST")])
    for agency, own, to_settle in ((make.HOME, 1, 0), ("CA-TEST", 1, 1)):
        counted = forms.tallies(books.of(agency), FROM, TO)
        assert forms.fill(reference.layouts()["xld_2024"], counted).columns[15] == own
        assert forms.fill(reference.layouts()["kqgq_complaint_2024"], counted).columns[1] == to_settle
