"""The material of the demo, read once from ``data/``: what letters say, how often, when they come, how long things take."""

import csv
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import msgspec

from contracts.vocabulary import AuthorRole, Branch, Field, Kind


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of affair people write about, with the sentences it is told in.

    ``weight`` is its share within its kind; ``crowd`` how often many people write together, relative to the other matters.
    The subject of a letter is the one at the place of its fact, counted round.
    """

    code: str
    kind: Kind
    field: Field
    author: list[AuthorRole]
    object: str
    weight: int
    crowd: float
    subject: list[str]
    facts: list[str]
    harms: list[str]
    demands: list[str]
    papers: list[str]
    branch: Branch | None = None
    is_discipline: bool = False
    crime_share: float = 0.0


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Name parts; ``regions`` adds surnames by province code."""

    surnames: dict[str, int]
    regions: dict[str, dict[str, int]]
    middles: dict[str, list[str]]
    givens: dict[str, list[str]]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Invented places; ``hamlets`` by province code or by type of unit, ``firms`` by the slot they fill in a sentence."""

    hamlets: dict[str, list[str]]
    roads: list[str]
    projects: list[str]
    firms: dict[str, list[str]]
    schools: list[str]


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a letter that do not depend on the matter."""

    head: str
    titles: dict[Kind, str]
    greetings: list[str]
    who: dict[str, list[str]]
    bridges: list[str]
    repeats: list[str]
    settled: list[str]
    copied: list[str]
    joins: list[str]
    demands: list[str]
    papers: list[str]
    oaths: dict[Kind, list[str]]
    signs: dict[Kind, str]
    poor: list[str]


class Arrivals(NamedTuple):
    """Relative weights of arrival by weekday (Monday first), hour and month (January first)."""

    weekday: tuple[float, ...]
    hour: tuple[float, ...]
    month: tuple[float, ...]


def text(name: str) -> str:
    """A file of ``data/`` as it stands."""
    return files("deploy.demo").joinpath(f"data/{name}").read_text("utf-8")


def lines(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text(name).splitlines()))


@cache
def matters() -> tuple[Matter, ...]:
    return tuple(msgspec.yaml.decode(text("matters.yaml"), type=list[Matter]))


@cache
def matter(code: str) -> Matter:
    return next(found for found in matters() if found.code == code)


@cache
def names() -> Names:
    return msgspec.yaml.decode(text("names.yaml"), type=Names)


@cache
def places() -> Places:
    return msgspec.yaml.decode(text("places.yaml"), type=Places)


@cache
def frame() -> Frame:
    return msgspec.yaml.decode(text("openings.yaml"), type=Frame)


@cache
def habits() -> dict[str, float]:
    """Shares by name, each with its source in ``habits.csv``."""
    return {line["habit"]: float(line["share"]) for line in lines("habits.csv")}


@cache
def choices(prefix: str) -> dict[str, float]:
    """The habits below ``prefix``: ``choices("kind")`` gives each kind and its share."""
    start = f"{prefix}."
    return {name.removeprefix(start): share for name, share in habits().items() if name.startswith(start)}


@cache
def arrivals(door: str) -> Arrivals:
    """How letters come through a ``door``: ``office`` (counter, desk, post) or ``online``."""

    def axis(name: str) -> tuple[float, ...]:
        found = [line for line in lines("arrivals.csv") if line["axis"] == name and line["door"] in (door, "both")]
        return tuple(float(line["weight"]) for line in sorted(found, key=lambda line: int(line["index"])))

    return Arrivals(axis("weekday"), axis("hour"), axis("month"))


@cache
def quantiles(step: str) -> tuple[tuple[float, float], ...]:
    """(quantile, days) of the time a step takes, ascending; see ``durations.csv`` for the logs they were measured on."""
    return tuple(sorted((float(line["quantile"]), float(line["days"])) for line in lines("durations.csv") if line["step"] == step))


def days(step: str, share: float) -> int:
    """Whole days within which ``share`` of the steps are done; straight lines between the measured quantiles."""
    known = quantiles(step)
    for (low, from_days), (high, to_days) in pairwise(known):
        if share <= high:
            return round(from_days + (to_days - from_days) * (share - low) / (high - low))
    return round(known[-1][1])
