"""Administrative units by code, with the name each had on a date.

The code is the key (Decision 124/2004/QĐ-TTg; since 1 July 2025 Decision 19/2025/QĐ-TTg): two digits a province, five a
commune. A name never is: code 80 was Long An until 30 June 2025 and is Tây Ninh since, code 44 was Quảng Bình and is
Quảng Trị. Each row of ``data/units.csv`` names the law that gave the unit its present shape or name: the provinces
Resolution 202/2025/QH15, the communes the 34 resolutions 1654 to 1687/NQ-UBTVQH15, the changes of 30 April 2026
Resolutions 30/2026/QH16 and 237/NQ-UBTVQH16. Communes before 1 July 2025 are not kept; there is no district level since.
"""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple


class Unit(NamedTuple):
    """One unit under one name, from ``effective_from`` to ``effective_to``, both included. ``parent`` is empty for a province."""

    code: str
    parent: str
    type: str
    name: str
    effective_from: date
    effective_to: date
    law: str
    successor: str

    @property
    def full_name(self) -> str:
        """As a letter is addressed: "Phường Sông Công"."""
        return f"{self.type} {self.name}"

    @property
    def is_province(self) -> bool:
        """A province or a city under the central government."""
        return not self.parent

    def is_in_force(self, on: date) -> bool:
        """The unit bore this name on that day."""
        return self.effective_from <= on <= self.effective_to


@cache
def versions() -> dict[str, tuple[Unit, ...]]:
    """Every unit's names in the order of time, by code."""
    text = files("law").joinpath("data/units.csv").read_text("utf-8")
    found: dict[str, list[Unit]] = defaultdict(list)
    for line in csv.DictReader(text.splitlines()):
        found[line["code"]].append(
            Unit(
                line["code"],
                line["parent"],
                line["type"],
                line["name"],
                date.fromisoformat(line["effective_from"]),
                date.fromisoformat(line["effective_to"]) if line["effective_to"] else date.max,
                line["law"],
                line["successor"],
            )
        )
    return {code: tuple(sorted(rows, key=lambda row: row.effective_from)) for code, rows in found.items()}


def unit(code: str, on: date) -> Unit | None:
    """The unit of that code as it was on that day; None when there was none."""
    return next((row for row in versions().get(code, ()) if row.is_in_force(on)), None)


def province_of(code: str, on: date) -> Unit | None:
    """The province in which a unit lies; a province lies in itself."""
    found = unit(code, on)
    return found if found is None or found.is_province else unit(found.parent, on)


def problems() -> list[str]:
    """What is wrong with the table: overlapping or touching-but-gapped names, a parent or successor that does not exist."""
    found: list[str] = []
    for code, rows in versions().items():
        for earlier, later in pairwise(rows):
            if (later.effective_from - earlier.effective_to).days != 1:
                found.append(f"{code}: {earlier.full_name} ends {earlier.effective_to}, {later.full_name} starts {later.effective_from}")
        found += [f"{code}: no unit {row.parent}" for row in rows if row.parent and unit(row.parent, row.effective_from) is None]
        found += [f"{code}: no successor {row.successor}" for row in rows if row.successor and row.successor not in versions()]
        found += [f"{code}: ends before it starts" for row in rows if row.effective_to < row.effective_from]
    return found
