"""The facts as the timeline names them, made from the published language so that a new fact has its place at once."""

import csv
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from contracts import cases, court, oversight, petitions, protection
from contracts.event import FACTS, Event

_READ = (petitions, cases, court, protection, oversight)
"""The modules whose facts must be known here."""


def act_of(fact: type[Event] | Event) -> str:
    """``dannguyen.case.accepted.v1`` → ``case_accepted``."""
    return "_".join(fact.ce_type.split(".")[1:-1])


def _words() -> list[tuple[str, str]]:
    known = [fact for module in _READ for fact in FACTS.values() if fact.__module__ == module.__name__]
    names = dict.fromkeys(act_of(fact) for fact in known)
    return [(name.upper(), name) for name in names]


if TYPE_CHECKING:

    class Act(StrEnum):
        """What was recorded."""

else:
    Act = StrEnum("Act", _words(), module=__name__)


OF_PROTECTION: tuple[Act, ...] = tuple(Act(act_of(fact)) for fact in FACTS.values() if fact.__module__ == protection.__name__)
"""What protects a denouncer: for the petitioner and who decided it, for nobody else."""


@cache
def act_labels(language: str) -> dict[str, str]:
    """``act -> label`` in a language; every act has one (``data/acts.csv``)."""
    text = files("gateway").joinpath("data/acts.csv").read_text("utf-8")
    found = {line["act"]: line[language] for line in csv.DictReader(text.splitlines())}
    return {act.value: found[act.value] for act in Act}
