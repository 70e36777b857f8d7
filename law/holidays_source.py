"""Writes ``data/holidays.csv`` from the package ``holidays``: the days off and the worked Saturdays it knows.

The engine reads the file, not the package, so that a new version of the package changes no answer before somebody
has looked at the difference. Our own corrections stand apart, in ``data/corrections.csv``, and win.
Run ``python -m law.holidays_source`` after upgrading the package and review the diff.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any, Final

import holidays

FIRST_YEAR: Final = 2007
LAST_YEAR: Final = 2060
CULTURE_DAY: Final = "culture_day"
HEADER: Final = ("date", "reason", "name", "switch", "confirmed", "law", "article", "known_from", "note")
CODES: Final = (
    (date(2021, 1, 1), "BLLD", "112.1", "111.3"),
    (date(2013, 5, 1), "BLLD12", "115.1", "115.3"),
    (date.min, "BLLD94", "73", "73"),
)
NOTICES: Final = {2018: "CV6519", 2019: "CV6519", 2024: "CV2450", 2025: "TB6150"}


def lines() -> list[tuple[str, ...]]:
    """Every day off and every worked Saturday as a line of the file, in the order of days."""
    table: Any = holidays.country_holidays("VN", years=range(FIRST_YEAR, LAST_YEAR + 1), language="vi")
    found = [_day_off(day, name) for day, name in table.items() if FIRST_YEAR <= day.year <= LAST_YEAR]
    found += [_worked(day) for day in table.weekend_workdays if FIRST_YEAR <= day.year <= LAST_YEAR]
    return sorted(found)


def _day_off(day: date, name: str) -> tuple[str, ...]:
    law, article, substitute = next((code, off, moved) for since, code, off, moved in CODES if day >= since)
    if "thay cho ngày" in name:
        return (day.isoformat(), "swap", name, "", "yes", NOTICES.get(day.year, "TBNN"), "", "", "")
    if "Văn hóa" in name:
        reason = "substitute" if "nghỉ bù" in name else "holiday"
        return (day.isoformat(), reason, name, CULTURE_DAY, "no", "NQ28", "", "2026-04-24", "cấp B: chờ đối chiếu văn bản gốc")
    if "nghỉ bù" in name:
        return (day.isoformat(), "substitute", name, "", "yes", law, substitute, "", "")
    return (day.isoformat(), "holiday", name, "", "yes", law, article, "", "")


def _worked(day: date) -> tuple[str, ...]:
    return (day.isoformat(), "make_up", "Làm bù ngày nghỉ hoán đổi", "", "yes", NOTICES.get(day.year, "TBNN"), "", "", "")


def main() -> None:
    """Write the file beside this module."""
    with Path(__file__).with_name("data").joinpath("holidays.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(lines())


if __name__ == "__main__":
    main()
