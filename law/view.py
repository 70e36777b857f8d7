"""Answers for a person at a terminal: small month calendars with the skipped days marked, and the reasons beneath."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Final

from contracts.errors import Refusal
from law import reference
from law.answers import Certificate
from law.calendar import Counted, Day
from law.wording import text

_HEAD: Final = "  T2   T3   T4   T5   T6   T7   CN"
_MARKS: Final = {"weekend": "·", "holiday": "*", "substitute": "*", "swap": "*", "closure": "*", "suspension": "~", "make_up": "+"}
_KEY: Final = "[ ] hạn   ( ) ngày bắt đầu   · nghỉ tuần   * nghỉ lễ, nghỉ bù, hoán đổi   + làm bù   ~ tạm đình chỉ"


def certificate(found: Certificate) -> str:
    """A certificate as months with its days marked, the reasons, and its sentence."""
    seen = (*found.days, *found.rolled)
    marks = {day.date: _MARKS.get(day.reason or "", " ") for day in seen}
    skipped = [*_skipped(found.days, "Không tính"), *_skipped(found.rolled, "Chuyển hạn qua")]
    lines = [*_months(marks, found.start, found.due), _KEY, "", *skipped, *([""] if skipped else []), found.sentence.replace(". ", ".\n")]
    return "\n".join(lines)


def refusal(found: Refusal) -> str:
    """Why there is no answer, with the articles."""
    book = reference.book()
    cites = [book.title(cite.strip()) for cite in (found.law or "").split(";") if cite.strip()]
    return found.message if not cites else f"{found.message} ({'; '.join(cites)})"


def calendar(days: Iterable[Day]) -> str:
    """A span of days as months, with the reason of each day that differs from its week."""
    seen = list(days)
    marks = {day.date: _MARKS.get(day.reason or "", " ") for day in seen}
    named = [day for day in seen if day.reason not in (None, "weekend")]
    notes = [
        f"{text(day.date)}  {day.name}{'' if day.confirmed else ' (chưa xác nhận)'}{f' – {day.cite}' if day.cite else ''}" for day in named
    ]
    years = sorted({day.date.year for day in seen if not day.confirmed and day.reason is None})
    warnings = [f"Năm {year}: chưa có thông báo nghỉ chính thức, lịch là dự kiến." for year in years]
    return "\n".join([*_months(marks, None, None), _KEY, "", *notes, *warnings])


def _months(marks: Mapping[date, str], start: date | None, due: date | None) -> Iterator[str]:
    """Each month with its weeks; weeks without a day that matters are left out."""
    days = sorted({*marks, *(day for day in (start, due) if day)})
    for (year, month), _ in groupby(days, key=lambda day: (day.year, day.month)):
        yield f"Tháng {month:02}/{year}"
        yield _HEAD
        first = date(year, month, 1)
        for monday in range(first.toordinal() - first.weekday(), first.toordinal() + 31, 7):
            week = [date.fromordinal(monday + n) for n in range(7)]
            line = "".join(_cell(day, marks.get(day), start, due) if day.month == month else "     " for day in week)
            if any(letter.isdigit() for letter in line):
                yield line.rstrip()
        yield ""


def _cell(day: date, mark: str | None, start: date | None, due: date | None) -> str:
    if day == due:
        return f"[{day.day:2}] "
    if day == start:
        return f"({day.day:2}) "
    return "   - " if mark is None else f"{mark}{day.day:2}  "


def _skipped(days: Iterable[Counted], told: str) -> Iterator[str]:
    """Runs of skipped days with one reason each."""
    for (counted, why), group in groupby(days, key=lambda day: (day.counted, _why(day))):
        run = list(group)
        if not counted:
            span = text(run[0].date) if len(run) == 1 else f"{text(run[0].date)} – {text(run[-1].date)}"
            yield f"{told} {span}: {why}"


def _why(day: Counted) -> str:
    if day.reason == "suspension":
        return "tạm đình chỉ"
    if day.reason == "weekend":
        return "nghỉ cuối tuần" + (f" ({day.cite})" if day.cite else "")
    return f"{day.name}" + (f" ({day.cite})" if day.cite else "")
