"""Letters of every kind at every body of the five documents, walked to their legal ends by the officers who must act.

All walk together, day by day: what an act needs and when it is due stands in ``ITINERARY``; who must act, the platform says.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from contracts.vocabulary import AuthorRole, Role
from law import bodies
from law.bodies import Body, Level, Office
from tests.journeys.matter import letter, person
from tests.journeys.world import START, Badge, World, officer, until

SEEDS: Final = {"51": "23293", "19": "05518", "80": "25459", "14": "03646", "44": "19429"}
"""The provinces of the five documents, each with a commune: Kon Tum (now Quảng Ngãi), Sông Công, Tây Ninh, Sơn La, Quảng Trị."""
SORTS: Final = ("complaint", "discipline", "denunciation", "field_denunciation", "recommendation", "feedback")
"""The four kinds of letters, with the two branches of denunciation and complaints about discipline apart."""
LAST_DAY: Final = date(2026, 10, 26)

OFFICES: Final = {
    (Office.GOVERNMENT, Level.COMMUNE): AuthorRole.COMMUNE_CHAIR,
    (Office.GOVERNMENT, Level.PROVINCE): AuthorRole.PROVINCIAL_CHAIR,
    (Office.DEPARTMENT, Level.PROVINCE): AuthorRole.PROVINCIAL_AGENCY_HEAD,
    (Office.INSPECTORATE, Level.PROVINCE): AuthorRole.PROVINCIAL_AGENCY_HEAD,
    (Office.DEPARTMENT_UNIT, Level.PROVINCE): AuthorRole.PROVINCIAL_AGENCY_UNIT_HEAD,
    (Office.PUBLIC_SERVICE_UNIT, Level.PROVINCE): AuthorRole.PUBLIC_SERVICE_UNIT_HEAD,
    (Office.PROCURACY, Level.REGION): AuthorRole.REGIONAL_PROCURACY,
    (Office.PROCURACY, Level.PROVINCE): AuthorRole.PROVINCIAL_PROCURACY,
    (Office.COURT, Level.REGION): AuthorRole.REGIONAL_COURT,
    (Office.COURT, Level.PROVINCE): AuthorRole.PROVINCIAL_COURT,
    (Office.JUDGMENT_ENFORCEMENT, Level.REGION): AuthorRole.JUDGMENT_ENFORCEMENT,
    (Office.JUDGMENT_ENFORCEMENT, Level.PROVINCE): AuthorRole.JUDGMENT_ENFORCEMENT,
    (Office.POLICE, Level.COMMUNE): AuthorRole.POLICE,
    (Office.POLICE, Level.PROVINCE): AuthorRole.POLICE,
    (Office.COUNCIL, Level.COMMUNE): AuthorRole.ELECTED_BODY,
    (Office.COUNCIL, Level.PROVINCE): AuthorRole.ELECTED_BODY,
    (Office.FRONT, Level.COMMUNE): AuthorRole.FRONT,
    (Office.FRONT, Level.PROVINCE): AuthorRole.FRONT,
    (Office.PARTY_COMMITTEE, Level.COMMUNE): AuthorRole.PARTY_MEMBER,
    (Office.PARTY_COMMITTEE, Level.PROVINCE): AuthorRole.PARTY_MEMBER,
    (Office.PARTY_INSPECTION, Level.COMMUNE): AuthorRole.PARTY_INSPECTION_COMMISSION,
    (Office.PARTY_INSPECTION, Level.PROVINCE): AuthorRole.PARTY_INSPECTION_COMMISSION,
}
"""Who a letter at a body is about: the body's own head. At other bodies (desks, advisers, deputies) it is about the local chair."""


@dataclass
class Walk:
    """One letter at ``body``; ``first`` and ``second`` are the bodies that settle it, ``acts`` what was done about it."""

    body: Body
    sort: str
    about: dict[str, Any]
    first: str
    second: str
    case_id: str = ""
    holder: str = ""
    status: str = ""
    acts: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def kind(self) -> str:
        """Complaint, denunciation, recommendation or feedback."""
        return str(self.about["kind"])

    @property
    def is_announced(self) -> bool:
        """It was settled by a decision or conclusion that the law wants sent and made public."""
        return self.status == "settled" and self.sort in ("complaint", "denunciation", "field_denunciation")

    @property
    def goes_on(self) -> bool:
        """The complainant is not content with the first decision and somebody settles a second time."""
        return self.kind == "complaint" and bool(self.second) and "settle" in self.acts


class Act(NamedTuple):
    """What is done on a day with the walks for which ``when`` holds, by whom, with which details."""

    on: date
    move: str
    when: Callable[[Walk], bool]
    details: Callable[[Walk], dict[str, Any]] = lambda walk: {}
    by: Callable[[Walk], str] = lambda walk: walk.holder


def _is(*kinds: str, status: str = "accepted") -> Callable[[Walk], bool]:
    return lambda walk: walk.kind in kinds and walk.status == status


def _outcome(walk: Walk) -> dict[str, Any]:
    if walk.kind in ("recommendation", "feedback"):
        return {"outcome": "answered"}
    return {"outcome": "upheld" if "open_second" in walk.acts else "wrong" if walk.kind == "complaint" else "right"}


def _obligation(walk: Walk) -> dict[str, Any]:
    return {"obligation": "N1", "measure": "other", "to": walk.about["author_agency"], "limit_on": LAST_DAY.isoformat()}


ITINERARY: Final = (
    Act(date(2026, 7, 8), "guide", _is("complaint", status="classified"), lambda walk: {"to": walk.first}),
    Act(
        date(2026, 7, 8),
        "forward",
        _is("denunciation", "recommendation", "feedback", status="classified"),
        lambda walk: {"to": walk.first},
    ),
    Act(
        date(2026, 7, 10),
        "accept",
        lambda walk: walk.status in ("assigned", "forwarded"),
        lambda walk: {"agency_limit": {"limit": 20}} if walk.kind in ("recommendation", "feedback") else {},
    ),
    Act(date(2026, 7, 14), "send_notice", _is("denunciation"), lambda walk: {"step": "notify_acceptance"}),
    Act(date(2026, 7, 20), "dialogue", _is("complaint"), lambda walk: {"is_in_person": True}),
    Act(date(2026, 7, 28), "settle", lambda walk: walk.status == "accepted", _outcome),
    Act(date(2026, 7, 30), "send_decision", lambda walk: walk.is_announced),
    Act(date(2026, 7, 31), "publish", lambda walk: walk.is_announced),
    Act(date(2026, 8, 3), "set_obligation", _is("denunciation", status="settled"), _obligation),
    Act(date(2026, 8, 5), "open_second", lambda walk: walk.goes_on, by=lambda walk: walk.second),
    Act(date(2026, 8, 10), "accept", lambda walk: walk.goes_on),
    Act(date(2026, 8, 19), "dialogue", lambda walk: walk.goes_on, lambda walk: {"is_in_person": True}),
    Act(date(2026, 9, 9), "settle", lambda walk: walk.goes_on, _outcome),
    Act(date(2026, 9, 14), "send_decision", lambda walk: walk.goes_on),
    Act(date(2026, 9, 15), "publish", lambda walk: walk.goes_on and walk.sort == "complaint"),
    Act(date(2026, 10, 12), "set_obligation", _is("complaint", status="settled"), _obligation),
    Act(LAST_DAY, "fulfil_obligation", lambda walk: "set_obligation" in walk.acts, lambda walk: {"obligation": "N1"}),
)


def places() -> list[Body]:
    """Every body of the five provinces, of their regions and of the communes."""
    served = {*SEEDS, *SEEDS.values()}
    return [body for body in bodies.every().values() if body.unit in served and body.is_in_force(START)]


class Company:
    """All that walk together."""

    def __init__(self, world: World, walks: Iterable[Walk] = ()) -> None:
        self.world = world
        self.walks = list(walks)
        self._hands = ThreadPoolExecutor(4)

    def set_out(self) -> None:
        """Ask who settles each matter, lodge it at its body's counter, and wait until routing has it."""
        self.world.set_today(START)
        self.walks = list(self._hands.map(self._planned, [(body, sort) for body in places() for sort in SORTS]))
        list(self._hands.map(self._lodge, _by(self.walks, lambda walk: walk.body.code)))
        left = {walk.case_id: walk for walk in self.walks}
        until("routing knows every letter", lambda: self._look_for(left))

    def go(self) -> None:
        """Day by day, every act of the day in its turn."""
        for act in ITINERARY:
            self.world.set_today(act.on)
            able = [walk for walk in self.walks if not walk.problem and act.when(walk)]
            list(self._hands.map(lambda some, act=act: self._do(act, some), _by(able, act.by)))

    def _planned(self, asked: tuple[Body, str]) -> Walk:
        body, sort = asked
        about = facts(body, sort)
        question = {
            "kind": "discipline" if sort == "discipline" else about["kind"],
            "author": about["author_role"],
            "field": about["field"],
        }
        question |= {"branch": about.get("branch", ""), "agency": about["author_agency"], "date": START.isoformat()}
        if sort == "field_denunciation" or not OFFICES.get((body.role, body.level)):
            question |= {"unit": body.unit}
        path = "/competent?" + "&".join(f"{name}={value}" for name, value in question.items() if value)
        told = self.world.do("routing", "GET", path, by=officer(body.code))
        first, second = (told[name]["code"] if told[name] else "" for name in ("agency", "second_agency"))
        is_desk = body.role in (Office.ADVISORY_UNIT, Office.RECEPTION_BOARD) and body.superior == first
        about["competence"] = "own" if first == body.code or is_desk else "not_own"
        return Walk(body, sort, about, first, second)

    def _lodge(self, some: list[Walk]) -> None:
        code = some[0].body.code
        forms = [{**letter(code, walk.about, START, [person()]), "idempotency_key": f"walk-{walk.sort}-{id(self)}"} for walk in some]
        answers = self.world.do("intake", "POST", "/petitions/batch", forms, by=officer(code))
        for walk, answer in zip(some, answers, strict=True):
            if "ok" in answer:
                walk.case_id = answer["ok"]["case_id"]
            else:
                walk.problem = f"lodge: {answer['refusal']}"

    def _look_for(self, left: dict[str, Walk]) -> bool:
        for case_id, walk in list(left.items()):
            answer = self.world.ask("routing", "GET", f"/cases/{case_id}", by=Badge(Role.SYSTEM))
            if not answer.is_success or answer.json()["status"] == "received":
                return False
            walk.holder, walk.status = answer.json()["holder"], answer.json()["status"]
            del left[case_id]
        return True

    def _do(self, act: Act, some: list[Walk]) -> None:
        """One request for all the acts of an office, as its own system would send them."""
        forms = [_form(act, walk) for walk in some]
        answers = self.world.do("routing", "POST", "/steps/batch", forms, by=officer(act.by(some[0])))
        for walk, answer in zip(some, answers, strict=True):
            if "ok" in answer:
                walk.holder, walk.status = answer["ok"]["holder"], answer["ok"]["status"]
                walk.acts.append(act.move)
            else:
                walk.problem = f"{act.on} {act.move}: {answer['refusal']['code']}: {answer['refusal']['detail_en']}"


def facts(body: Body, sort: str) -> dict[str, Any]:
    """The coded axes of such a letter at that body."""
    own = OFFICES.get((body.role, body.level))
    local = bodies.every()[f"UBND-{body.unit}"]
    about: dict[str, Any] = {
        "kind": {"discipline": "complaint", "field_denunciation": "denunciation"}.get(sort, sort),
        "field": "land_housing",
        "source": "post",
        "eligibility": "eligible",
        "author_role": (own or OFFICES[local.role, local.level]).value,
        "author_agency": body.code if own else local.code,
        "place": body.unit,
    }
    if sort == "discipline":
        about["is_discipline"] = True
    if about["kind"] == "denunciation":
        about["branch"] = "state_management" if sort == "field_denunciation" else "public_duty"
    return about


def _form(act: Act, walk: Walk) -> dict[str, Any]:
    document = {} if act.move == "settle" and walk.kind in ("recommendation", "feedback") else {"document": f"{len(walk.acts) + 1}/VB"}
    return {"case_id": walk.case_id, "move": act.move, "on": act.on.isoformat(), **document, **act.details(walk)}


def _by(walks: Iterable[Walk], key: Callable[[Walk], str]) -> Iterator[list[Walk]]:
    found: dict[str, list[Walk]] = {}
    for walk in walks:
        found.setdefault(key(walk), []).append(walk)
    yield from found.values()
