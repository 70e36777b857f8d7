"""A matter on its way through the platform: its letter as people write it, its acts as offices make them."""

import itertools
import secrets
import uuid
from datetime import date
from typing import Any

from contracts.event import CASES
from contracts.vocabulary import Role
from tests.journeys.world import START, Badge, World, officer, until

WARD, PROVINCE, LAND_OFFICE = "UBND-05518", "UBND-19", "SNNMT-19"
"""Sông Công ward, its province, and the provincial agency for land."""

_numbers = itertools.count(1)


def person(number: int = 0) -> dict[str, str]:
    """Who petitions; a fresh person every time, so that every trace of one can be told from another."""
    mark = f"{secrets.randbits(48):012x}"
    return {
        "full_name": f"Nguyễn Thị Ghềnh{mark}",
        "address": f"Ngõ {mark}, tổ {number + 1}, phường Sông Công",
        "phone": f"09{secrets.randbelow(10**8):08d}",
    }


def axes(kind: str = "complaint", **facts: Any) -> dict[str, Any]:
    """A letter about land in Sông Công, as an officer at the ward's counter signs it."""
    given: dict[str, Any] = {
        "kind": kind,
        "field": "land_housing",
        "source": "counter",
        "eligibility": "eligible",
        "competence": "own",
        "place": "05518",
    }
    if kind == "complaint":
        given["author_role"] = "commune_chair"
    if kind == "denunciation":
        given |= {"author_role": "commune_official", "branch": "public_duty"}
    return given | facts


def letter(received_by: str, about: dict[str, Any], on: date, people: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    """The form of a letter received ``on``."""
    first = people[0] if people else {"full_name": "", "phone": ""}
    return {
        "received_by": received_by,
        "axes": about,
        "text": f"Tôi là {first['full_name']}, điện thoại {first['phone']}. Thửa đất số {next(_numbers)} của gia đình tôi bị thu hồi sai.",
        "petitioners": people,
        "received_on": on.isoformat(),
        "letter_on": on.isoformat(),
        "is_classified": True,
        **more,
    }


class Matter:
    """One case. Acts are refused or made at once; what other services make of them takes its time (``until``)."""

    def __init__(self, world: World, answer: dict[str, Any], people: list[dict[str, str]]) -> None:
        self.world = world
        self.people = people
        self.case_id: str = answer["case_id"]
        self.number: str = answer["number"]
        self.code: str = answer["code"]
        self.position: str = answer["position"]

    @classmethod
    def lodged(
        cls, world: World, about: dict[str, Any] | None = None, *, at: str = WARD, on: date = START, people: int = 1, **more: Any
    ) -> "Matter":
        """A letter handed in at an office's counter, classified there at once unless told otherwise."""
        names = [person(number) for number in range(people)]
        form = letter(at, about or axes(), on, names, **more)
        answer = world.do("intake", "POST", "/petitions", form, by=officer(at), **{"idempotency-key": uuid.uuid4().hex})
        return cls(world, answer, names)

    def classify(self, about: dict[str, Any], *, at: str = WARD, on: date = START) -> None:
        body = {"axes": about, "on": on.isoformat()}
        self.position = self.world.do("intake", "POST", f"/petitions/{self.case_id}/classify", body, by=officer(at))["position"]

    def state(self) -> dict[str, Any]:
        """Where the case stands with routing; empty while routing does not know it."""
        answer = self.world.ask("routing", "GET", f"/cases/{self.case_id}", by=Badge(Role.SYSTEM))
        return dict(answer.json()) if answer.is_success else {}

    def until(self, **wanted: Any) -> dict[str, Any]:
        """The case once it stands as wanted: ``status="assigned"``."""
        return until(f"{self.case_id} {wanted}", lambda: _with(self.state(), wanted))

    def due_on(self, step: str) -> str | None:
        """The last day of a running step; None when it does not run or stands still."""
        return next((clock.get("due_on") for clock in self.state()["clocks"] if clock["step"] == step), None)

    def move(self, name: str, by: str, on: date, **asked: Any) -> dict[str, Any]:
        """Make a move for an office, with a document at hand."""
        body = {"document": f"{next(_numbers)}/VB-UBND", "on": on.isoformat(), **asked}
        answer: dict[str, Any] = self.world.do("routing", "POST", f"/cases/{self.case_id}/{name}", body, by=officer(by))
        self.position = answer["position"]
        return answer

    def refused(self, name: str, by: str, on: date, **asked: Any) -> dict[str, Any]:
        """The refusal of a move that the law does not allow."""
        body = {"document": f"{next(_numbers)}/VB-UBND", "on": on.isoformat(), **asked}
        answer = self.world.ask("routing", "POST", f"/cases/{self.case_id}/{name}", body, by=officer(by))
        assert answer.is_client_error, f"{name} should have been refused: {answer.text}"
        return dict(answer.json())

    def stated(self, topic: str = CASES) -> list[str]:
        """What was stated about the case on a topic, in order."""
        return self.world.log.types(self.case_id, topic)


def _with(state: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any] | None:
    return state if state and all(state.get(name) == value for name, value in wanted.items()) else None
