"""What is wrong with a body, in plain words of both languages, without what the body held."""

from typing import Annotated

import msgspec
import pytest

from runtime import problems


class Form(msgspec.Struct):
    """A form with every kind of bound."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")] = "AB"
    text: Annotated[str, msgspec.Meta(min_length=2, max_length=4)] = "abc"
    names: Annotated[list[str], msgspec.Meta(min_length=1, max_length=2)] = msgspec.field(default_factory=lambda: ["a"])
    count: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


@pytest.mark.parametrize(
    ("given", "field", "english", "vietnamese"),
    [
        ({"code": "secret"}, "code", "not written as a code of its kind is", "không đúng dạng mã"),
        ({"text": "a"}, "text", "its length must be at least 2 characters", "cần ít nhất 2 ký tự"),
        ({"text": "abcde"}, "text", "its length must be at most 4 characters", "chỉ được tối đa 4 ký tự"),
        ({"names": []}, "names", "its length must be at least 1 items", "cần ít nhất 1 phần tử"),
        ({"names": ["a"] * 3}, "names", "its length must be at most 2 items", "chỉ được tối đa 2 phần tử"),
        ({"count": 0}, "count", "must be at least 1", "phải từ 1 trở lên"),
        ({"count": 10}, "count", "must be at most 9", "chỉ được đến 9"),
    ],
)
def test_a_bound_that_does_not_hold_is_told_in_words(given: dict[str, object], field: str, english: str, vietnamese: str) -> None:
    with pytest.raises(msgspec.ValidationError) as failure:
        msgspec.convert(given, Form)
    assert problems.describe(failure.value) == (field, english)
    assert problems.in_vietnamese(english) == vietnamese
