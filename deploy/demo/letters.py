"""Letters that nobody wrote: every kind, seeded and reproducible. The same seed and number always give the same letter.

Used by the demo, the tests and the benchmarks. How often what happens stands in ``data/habits.csv``, with its source.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

import msgspec

from contracts.errors import Invalid
from contracts.petitions import Axes, LodgeForm
from contracts.vocabulary import AuthorRole, Competence, Eligibility, Kind, SettledBefore, Source
from deploy.demo import addressees, people, prose, reference
from deploy.demo.addressees import Author
from deploy.demo.people import Home
from deploy.demo.prose import Sender, Story
from deploy.demo.reference import Matter
from law import bodies, calendar, units
from law.bodies import Body, Office
from law.reference import book

MOST_PEOPLE = 40
"""The largest crowd of the demo."""

_FORWARDERS = {
    Source.FORWARDED_DEPUTY: Office.DEPUTIES,
    Source.FORWARDED_FRONT: Office.FRONT,
    Source.FORWARDED_AGENCY: Office.RECEPTION_BOARD,
}
_NO_WAY_ON = {SettledBefore.FINAL, SettledBefore.COURT_JUDGMENT}
"""Settled for good: without a new fact the author has no right to continue (Circular 05/2021/TT-TTCP, art. 6.2)."""
_FACE_TO_FACE = {Source.RECEPTION_DESK, Source.ONLINE_RECEPTION}
_CONFUSED = {Kind.RECOMMENDATION: Kind.COMPLAINT, Kind.FEEDBACK: Kind.RECOMMENDATION, Kind.COMPLAINT: Kind.RECOMMENDATION}
"""What a petitioner takes one kind for."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller wants of a letter; what is None is left to the dice."""

    kind: Kind | None = None
    matter: str | None = None
    commune: str | None = None
    receiver: str | None = None
    people_count: int | None = None
    is_canary: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter: the form that lodges it, and what is true of it although its writer may not know.

    ``key`` names it for ever (idempotency key, ``external_id``). ``truth`` are the axes an officer will find, ``competent`` the
    body that ought to settle; ``home`` and ``story`` let it be written again; ``marks`` are the strings that must never be seen
    outside the vault (canaries only). ``founding`` is the key of the letter that this one repeats.
    """

    key: str
    matter: str
    form: LodgeForm
    truth: Axes
    competent: str
    commune: str
    home: Home
    story: Story
    marks: tuple[str, ...] = ()
    founding: str | None = None

    @property
    def received_on(self) -> date:
        return self.form.received_on or date.min

    @property
    def is_of_a_crowd(self) -> bool:
        return self.truth.people_count >= crowd_from(self.received_on)


def letter(seed: int, number: int, on: date, wish: Wish = Wish()) -> Letter:
    """The letter of that number, received ``on``. Different numbers give letters that do not depend on each other."""
    dice = Random(f"{seed}/{number}")
    matter = _matter(dice, wish)
    commune = wish.commune or dice.choice(addressees.communes(on))
    home = people.home(dice, commune, on)
    by = addressees.author(dice.choice(matter.author), commune, matter.field, on)
    truth, to, right = _axes(dice, matter, by, commune, on, wish)
    story = _story(dice, matter, by, home, truth, on)
    truth = msgspec.structs.replace(truth, object_ref=story.object_ref)
    sender, marks = _sender(dice, truth, home, on, wish)
    form = _form(dice, truth, story, sender, to, home, on, key=f"demo-{seed}-{number}")
    return Letter(
        key=form.external_id or "",
        matter=matter.code,
        form=form,
        truth=truth,
        competent=right.code,
        commune=commune,
        home=home,
        story=story,
        marks=marks,
    )


def again(earlier: Letter, seed: int, number: int, on: date) -> Letter:
    """The same people write about the same affair once more: a copy in the same days, a reminder later.

    A copy (within a week) is word for word the same; a later letter says when the first one was sent.
    """
    dice = Random(f"{seed}/{number}")
    key = f"demo-{seed}-{number}"
    is_copy = (on - earlier.received_on).days <= 7
    to = bodies.every()[earlier.form.received_by]
    sender = Sender(people=earlier.form.petitioners, count=earlier.truth.people_count)
    remarks = [] if is_copy else [_remark(dice, earlier.received_on)]
    text = earlier.form.text if is_copy else prose.write(dice, earlier.truth.kind, earlier.story, sender, to, earlier.home, on, remarks)
    letter_on = earlier.form.letter_on if is_copy else on
    axes = msgspec.structs.replace(earlier.form.axes, source=dice.choice([Source.POST, Source.PORTAL, Source.COUNTER]), forwarder=None)
    form = msgspec.structs.replace(earlier.form, axes=axes, text=text, received_on=on, letter_on=letter_on, external_id=key)
    return msgspec.structs.replace(earlier, key=key, form=form, founding=earlier.founding or earlier.key)


def crowd_from(on: date) -> int:
    """From how many people on a letter is a crowd's (Law on Citizen Reception, art. 29)."""
    return book().threshold("crowd_people", on)


def _matter(dice: Random, wish: Wish) -> Matter:
    if wish.matter:
        return reference.matter(wish.matter)
    kind = wish.kind if wish.kind not in (None, Kind.MIXED) else Kind(weighted(dice, reference.choices("kind")))
    known = [matter for matter in reference.matters() if matter.kind is (Kind.COMPLAINT if wish.kind is Kind.MIXED else kind)]
    return dice.choices(known, [matter.weight for matter in known])[0]


def _axes(dice: Random, matter: Matter, by: Author, commune: str, on: date, wish: Wish) -> tuple[Axes, Body, Body]:
    """The true axes of the letter, the body it goes to and the body it ought to go to."""
    settled = _settled_before(dice, matter.kind, by)
    right = addressees.competent(matter.kind, by, matter.branch, matter.field, commune, on)
    if settled is SettledBefore.ONCE and matter.kind is Kind.COMPLAINT:
        right = addressees.second(right)
    is_misdirected = _happens(dice, f"misdirected.{matter.kind}")
    to = addressees.mistaken(dice, right, matter.field, commune, on) if is_misdirected else right
    if wish.receiver:
        to = _receiver(wish.receiver, on)
    is_mixed = wish.kind is Kind.MIXED or (wish.kind is None and matter.kind is Kind.COMPLAINT and _happens(dice, "mixed"))
    ground = _ground(dice, matter.kind, wish)
    is_anonymous = ground == "anonymous"
    source = _source(dice, on, is_anonymous)
    forwarder = addressees.forwarder(_FORWARDERS[source], commune, on) if source in _FORWARDERS else None
    axes = Axes(
        kind=Kind.MIXED if is_mixed else matter.kind,
        field=matter.field,
        source=source,
        eligibility=Eligibility.INELIGIBLE if ground or settled in _NO_WAY_ON else Eligibility.ELIGIBLE,
        competence=Competence.OWN if right.code in (to.code, addressees.desk_of(to)) else Competence.NOT_OWN,
        settled_before=settled,
        people_count=wish.people_count or (1 if is_anonymous else _people(dice, matter, on)),
        place=commune,
        branch=matter.branch,
        author_role=by.role,
        author_agency=by.agency.code if by.agency else None,
        is_discipline=matter.is_discipline,
        forwarder=forwarder.code if forwarder and forwarder.code != to.code else None,
        is_in_person=source in _FACE_TO_FACE,
        is_anonymous=is_anonymous,
        has_evidence=_happens(dice, "evidence"),
        has_crime_signs=dice.random() < matter.crime_share,
        was_guided_before=ground == "guided",
        was_sent_to_competent=ground == "copied",
    )
    if axes.source.is_forwarded and axes.forwarder is None:
        axes = msgspec.structs.replace(axes, source=Source.POST)
    return axes, to, right


def _receiver(code: str, on: date) -> Body:
    found = bodies.every().get(code)
    if found is None:
        raise Invalid("unknown_body", field="receiver", value=code, on=on)
    return found


def _ground(dice: Random, kind: Kind, wish: Wish) -> str:
    """Why the letter may not be handled; empty for most. Some kinds are more often anonymous; the total stays the measured one."""
    all_grounds, anonymous = reference.habits()["ineligible"], reference.habits().get(f"anonymous.{kind}", 0.0)
    if not wish.is_canary and dice.random() < anonymous:
        return "anonymous"
    if dice.random() >= (all_grounds - anonymous) / (1 - anonymous):
        return ""
    found = weighted(dice, reference.choices("ineligible"))
    return "poor" if found == "anonymous" and wish.is_canary else found


def _source(dice: Random, on: date, is_anonymous: bool) -> Source:
    """The door it came by: on a day off only the portal is open, and nobody is anonymous face to face."""
    source = Source(weighted(dice, reference.choices("channel")))
    if not calendar.is_working(on):
        return Source.PORTAL
    return Source.POST if is_anonymous and source in _FACE_TO_FACE else source


def _story(dice: Random, matter: Matter, by: Author, home: Home, truth: Axes, on: date) -> Story:
    story = prose.tell(dice, matter, by, home, truth.place or "", on)
    if truth.kind is Kind.MIXED:
        other = reference.matter("bribe_land_officer")
        story = prose.join(dice, story, prose.tell(dice, other, by, home, truth.place or "", on))
    is_poor = truth.eligibility is Eligibility.INELIGIBLE and not (
        truth.is_anonymous or truth.was_guided_before or truth.was_sent_to_competent
    )
    return prose.vague(dice, story) if is_poor else story


def _sender(dice: Random, truth: Axes, home: Home, on: date, wish: Wish) -> tuple[Sender, tuple[str, ...]]:
    if wish.is_canary:
        drawn = [people.canary(dice) for _ in range(truth.people_count)]
        return Sender(people=[person for person, _ in drawn], count=truth.people_count), tuple(mark for _, mark in drawn)
    if truth.is_anonymous:
        return Sender(people=[], count=truth.people_count), ()
    province = units.province_of(truth.place or "", on)
    found = [people.person(dice, province.code if province else "", home.address) for _ in range(truth.people_count)]
    return Sender(people=found, count=truth.people_count), ()


def _form(dice: Random, truth: Axes, story: Story, sender: Sender, to: Body, home: Home, on: date, *, key: str) -> LodgeForm:
    way = {Source.POST: (2, 7), Source.PORTAL: (0, 0)}.get(truth.source, (0, 4))
    letter_on = on - timedelta(days=dice.randint(*way))
    return LodgeForm(
        received_by=to.code,
        axes=_stated(dice, truth),
        text=prose.write(dice, truth.kind, story, sender, to, home, letter_on, _remarks(dice, truth, letter_on)),
        petitioners=sender.people,
        received_on=on,
        letter_on=letter_on,
        external_id=key,
    )


def _stated(dice: Random, truth: Axes) -> Axes:
    """The axes as the petitioner states them: sometimes the wrong kind, never whether it is eligible or who is competent."""
    kind = _CONFUSED.get(truth.kind, truth.kind) if _happens(dice, "misread") else truth.kind
    return msgspec.structs.replace(
        truth,
        kind=kind,
        is_discipline=truth.is_discipline and kind is truth.kind,
        eligibility=Eligibility.UNDETERMINED,
        competence=Competence.UNDETERMINED,
        settled_before=SettledBefore.NEVER,
        was_guided_before=False,
        was_sent_to_competent=False,
    )


def _remarks(dice: Random, truth: Axes, on: date) -> list[str]:
    frame = reference.frame()
    before = prose.day(on - timedelta(days=dice.randint(35, 150)))
    settled = [dice.choice(frame.settled).format(before=before)] if truth.settled_before is not SettledBefore.NEVER else []
    copied = [dice.choice(frame.copied)] if truth.was_sent_to_competent else []
    return settled + copied


def _remark(dice: Random, before: date) -> str:
    return dice.choice(reference.frame().repeats).format(before=prose.day(before), times=dice.randint(2, 5))


def _people(dice: Random, matter: Matter, on: date) -> int:
    """One, a few, or a crowd; crowds are spread over the matters by how often those draw one."""
    known = [other for other in reference.matters() if other.kind is matter.kind]
    usual = sum(other.crowd * other.weight for other in known) / sum(other.weight for other in known)
    if dice.random() < reference.habits()["crowd"] * matter.crowd / usual:
        crowd = range(crowd_from(on), MOST_PEOPLE + 1)
        return dice.choices(crowd, [1 / people for people in crowd])[0]
    return dice.choices((1, 2, 3, 4), (90, 6, 3, 1))[0]


def _settled_before(dice: Random, kind: Kind, by: Author) -> SettledBefore:
    """Complaints come again after a first settlement; above a provincial chair stands a minister, to whom the demo writes nothing."""
    if kind is not Kind.COMPLAINT or by.role is AuthorRole.PROVINCIAL_CHAIR:
        return SettledBefore.NEVER
    shares: Mapping[str, float] = reference.choices("settled_before")
    return SettledBefore(weighted(dice, {SettledBefore.NEVER: 1 - sum(shares.values()), **shares}))


def weighted(dice: Random, shares: Mapping[str, float]) -> str:
    """One of the words, by their shares."""
    return dice.choices(list(shares), list(shares.values()))[0]


def _happens(dice: Random, habit: str) -> bool:
    return dice.random() < reference.habits().get(habit, 0.0)
