"""Says what is wrong with a body without repeating what the body held: a value may name a person."""

import re
from typing import Final

_PLACE: Final = re.compile(r" - at `(?P<place>[^`]*)`$")
_ENUM: Final = re.compile(r"Invalid enum value .*", re.DOTALL)
_UNKNOWN: Final = re.compile(r"unknown field `.*`", re.DOTALL)


def describe(failure: Exception) -> tuple[str, str]:
    """``(field, problem)`` of a msgspec decoding error; the field as a dotted path, empty at the root."""
    if isinstance(failure, UnicodeDecodeError):
        return "", "not UTF-8"
    text = str(failure)
    found = _PLACE.search(text)
    place = found["place"] if found else ""
    problem = _PLACE.sub("", text)
    missing = re.search(r"missing required field `(\w+)`", problem)
    if missing:
        place = f"{place}.{missing[1]}"
    problem = _in_english(_UNKNOWN.sub("an unknown field", _ENUM.sub("not a word of its list", problem)))
    return place.removeprefix("$").removeprefix("."), problem


_ENGLISH: Final = (
    (re.compile(r"Expected `str` of length >= (\d+)"), r"its length must be at least \1 characters"),
    (re.compile(r"Expected `str` of length <= (\d+)"), r"its length must be at most \1 characters"),
    (re.compile(r"Expected `array` of length >= (\d+)"), r"its length must be at least \1 items"),
    (re.compile(r"Expected `array` of length <= (\d+)"), r"its length must be at most \1 items"),
    (re.compile(r"Expected `str` matching regex .*", re.DOTALL), "not written as a code of its kind is"),
    (re.compile(r"Expected `int` >= (-?\d+)"), r"must be at least \1"),
    (re.compile(r"Expected `int` <= (-?\d+)"), r"must be at most \1"),
)


def _in_english(problem: str) -> str:
    """What the decoder says of a length, a range or a form, in plain words; anything else as it is."""
    for pattern, words in _ENGLISH:
        if pattern.fullmatch(problem):
            return pattern.sub(words, problem)
    return problem


_VIETNAMESE: Final = (
    (re.compile(r"Object missing required field `\w+`"), "thiếu trường bắt buộc này"),
    (re.compile(r"Object contains an unknown field"), "có trường không được khai báo"),
    (re.compile(r"not a word of its list"), "không thuộc danh mục"),
    (re.compile(r"Expected `(\w+)( \| null)?`, got `(\w+)`"), r"cần kiểu \1, nhận được kiểu \3"),
    (re.compile(r"its length must be at least (\d+) characters"), r"cần ít nhất \1 ký tự"),
    (re.compile(r"its length must be at most (\d+) characters"), r"chỉ được tối đa \1 ký tự"),
    (re.compile(r"its length must be at least (\d+) items"), r"cần ít nhất \1 phần tử"),
    (re.compile(r"its length must be at most (\d+) items"), r"chỉ được tối đa \1 phần tử"),
    (re.compile(r"not written as a code of its kind is"), "không đúng dạng mã"),
    (re.compile(r"must be at least (-?\d+)"), r"phải từ \1 trở lên"),
    (re.compile(r"must be at most (-?\d+)"), r"chỉ được đến \1"),
    (re.compile(r"Invalid RFC3339 encoded date"), "không phải ngày theo dạng NĂM-THÁNG-NGÀY"),
    (re.compile(r"JSON is malformed.*|Input data was truncated"), "JSON viết sai"),
    (re.compile(r"not UTF-8"), "không phải UTF-8"),
)


def in_vietnamese(problem: str) -> str:
    """A problem as ``describe`` tells it, in Vietnamese; as it is when no translation fits."""
    for pattern, words in _VIETNAMESE:
        if pattern.fullmatch(problem):
            return pattern.sub(words, problem)
    return problem
