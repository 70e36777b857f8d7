"""Invented petitioners. Nobody alive has their numbers: no province has code 000 and no Vietnamese phone number starts with 0000."""

from datetime import date
from random import Random
from typing import NamedTuple

from contracts.petitions import Person
from deploy.demo import reference
from law import units

UNUSED_PROVINCE = "000"
UNUSED_PREFIX = "0000"


class Home(NamedTuple):
    """A commune as an address names it: hamlet or quarter (invented), commune and province (real)."""

    hamlet: str
    commune: str
    province: str

    @property
    def address(self) -> str:
        return f"{self.hamlet}, {self.commune}, {self.province}"


def home(dice: Random, commune: str, on: date) -> Home:
    """Somewhere in a commune, under the names its units had on that day."""
    unit, province = units.unit(commune, on), units.province_of(commune, on)
    if unit is None or province is None:
        raise ValueError(f"no unit {commune} on {on}")
    hamlets = reference.places().hamlets
    hamlet = dice.choice(hamlets.get(province.code, hamlets[unit.type.lower()]))
    return Home(f"{hamlet} {dice.randint(1, 12)}", f"{unit.type.lower()} {unit.name}", f"{province.type.lower()} {province.name}")


def name(dice: Random, province: str = "", sex: str | None = None) -> str:
    """A name as one might meet it in that province (any, when empty)."""
    known = reference.names()
    surnames = {**known.surnames, **known.regions.get(province, {})}
    sex = sex or dice.choice(("male", "female"))
    surname = dice.choices(list(surnames), list(surnames.values()))[0]
    if surname in ("A", "Y"):
        return f"{surname} {dice.choice(known.givens[sex])}"
    return f"{surname} {dice.choice(known.middles[sex])} {dice.choice(known.givens[sex])}"


def person(dice: Random, province: str, address: str) -> Person:
    """Someone who does not exist, with numbers nobody can have."""
    return Person(
        full_name=name(dice, province),
        address=address,
        phone=f"{UNUSED_PREFIX}{dice.randrange(10**6):06d}",
        id_number=f"{UNUSED_PROVINCE}{dice.randrange(10**9):09d}",
    )


def canary(dice: Random) -> tuple[Person, str]:
    """A person whose every field holds one unmistakable ASCII mark, and the mark.

    A search for the mark's bytes finds the identity wherever it leaked, whatever the encoding of Vietnamese letters there.
    """
    mark = "KANARI" + "".join(dice.choices("ABCDEFGHJKMNPQRSTVWXYZ23456789", k=14))
    numbers = {"phone": f"{UNUSED_PREFIX}{mark}", "id_number": f"{UNUSED_PROVINCE}{mark}"}
    return Person(full_name=f"Hoàng Yến {mark}", address=f"ngõ {mark}", email=f"{mark}@example.vn", **numbers), mark
