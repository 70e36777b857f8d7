import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid, TooMany
from services.intake.receipt import ALPHABET, Attempts, Receipt, new_receipt, read_code

places = st.integers(min_value=0, max_value=19)


def symbols_of(code: str) -> str:
    return code.replace("-", "").removeprefix("DN")


def test_a_code_has_a_public_number_and_a_secret_part() -> None:
    receipt = new_receipt(2026)
    assert re.fullmatch(rf"DN26-[{ALPHABET}]{{8}}-[{ALPHABET}]-[{ALPHABET}]{{9}}", receipt.code)
    assert read_code(receipt.code) == receipt
    assert read_code(receipt.code.lower().replace("-", " ")).number == receipt.number


def test_no_two_codes_are_equal() -> None:
    assert len({new_receipt(2026).number for _ in range(2_000)}) == 2_000


@given(place=places, symbol=st.sampled_from(ALPHABET))
def test_every_single_misspelling_is_noticed(place: int, symbol: str) -> None:
    written = symbols_of(new_receipt(2026).code)
    wrong = written[:place] + symbol + written[place + 1 :]
    if wrong != written:
        with pytest.raises(Invalid):
            read_code(f"DN{wrong}")


@given(first=places, second=places)
def test_any_two_swapped_symbols_are_noticed(first: int, second: int) -> None:
    written = list(symbols_of(new_receipt(2026).code))
    swapped = written.copy()
    swapped[first], swapped[second] = swapped[second], swapped[first]
    if swapped != written:
        with pytest.raises(Invalid):
            read_code("DN" + "".join(swapped))


def test_look_alikes_dashes_and_case_are_put_right() -> None:
    receipt = Receipt("DN26-00000000-0", "0")
    while not {"0", "1"} <= set(receipt.number[5:] + receipt.secret):
        receipt = new_receipt(2026)
    typed = receipt.code.lower().replace("0", "o").replace("1", "l").replace("-", " – ")
    assert read_code(typed) == receipt


@pytest.mark.parametrize("text", ["", "DN26", "XX26-7K3F9Q2M-C-XXXXXXXXX", "Nguyễn Văn A", "DN26-UUUUUUUU-U-UUUUUUUUU", "DN" + "0" * 500])
def test_what_is_no_code_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_code(text)
    assert refusal.value.code == "receipt_misspelt"
    assert not text or text not in str(refusal.value.problem())


def test_a_number_is_closed_after_too_many_wrong_codes_and_opens_with_time() -> None:
    attempts = Attempts(limit=3, window_s=60)
    for second in range(3):
        attempts.check("DN26-A", second)
        attempts.failed("DN26-A", second)
    with pytest.raises(TooMany) as refusal:
        attempts.check("DN26-A", 10)
    assert "51 giây" in refusal.value.message
    attempts.check("DN26-B", 10)
    attempts.check("DN26-A", 60)


def test_the_right_code_forgives_earlier_slips() -> None:
    attempts = Attempts(limit=2, window_s=60)
    attempts.failed("DN26-A", 0)
    attempts.succeeded("DN26-A")
    attempts.failed("DN26-A", 1)
    attempts.check("DN26-A", 2)


def test_remembered_numbers_never_outgrow_their_room() -> None:
    attempts = Attempts(limit=1, window_s=60, room=10)
    for number in range(1_000):
        attempts.failed(str(number), 0)
    assert len(attempts._tries) == 10
