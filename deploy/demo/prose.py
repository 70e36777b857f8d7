"""Puts a letter into words: slots filled from the dice, sentences from ``data/``."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import msgspec

from contracts.petitions import Person
from contracts.vocabulary import Kind
from deploy.demo import addressees, people, reference
from deploy.demo.addressees import Author
from deploy.demo.people import Home
from deploy.demo.reference import Matter
from law.bodies import Body

MANY = 0.1
"""From this share of crowds on a matter is one that several letters may be about."""
MARKS = ("a", "b", "c", "d")


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What one affair is about, in words; a repeated letter tells the same story."""

    subject: str
    fact: str
    harm: str
    demands: list[str]
    papers: list[str]
    object_ref: str


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes: nobody when ``people`` is empty, many when there are several; the first one represents them."""

    people: list[Person]
    count: int


def tell(dice: Random, matter: Matter, by: Author, home: Home, commune: str, on: date) -> Story:
    """One affair of that sort; every name, number and date in it is invented and lies before ``on``.

    What concerns many people is sometimes the object of several letters of one commune.
    """
    slots = _slots(dice, by, home, on)
    number = dice.randrange(len(matter.facts))
    demands = dice.sample(matter.demands, k=min(len(matter.demands), dice.randint(1, 2)))
    return Story(
        subject=matter.subject[number % len(matter.subject)].format(**slots),
        fact=_sentence(matter.facts[number].format(**slots)),
        harm=dice.choice(matter.harms).format(**slots),
        demands=[demand.format(**slots) for demand in demands],
        papers=[paper.format(**slots) for paper in dice.sample(matter.papers, k=dice.randint(1, len(matter.papers)))],
        object_ref=f"{matter.object}-{commune}-{dice.randint(1, 300 if matter.crowd >= MANY else 9999):04d}",
    )


def vague(dice: Random, story: Story) -> Story:
    """The same affair told so badly that nobody can act on it (fails E3-E5 of Circular 05/2021/TT-TTCP, art. 6.2)."""
    return msgspec.structs.replace(story, fact=dice.choice(reference.frame().poor), harm="", demands=[], papers=[])


def write(dice: Random, kind: Kind, story: Story, sender: Sender, to: Body, home: Home, on: date, remarks: Sequence[str] = ()) -> str:
    """The letter as it lies on the counter. ``remarks`` are sentences about earlier letters or copies."""
    frame = reference.frame()
    lines = [
        frame.head.format(place=home.commune[:1].upper() + home.commune[1:], on=f"ngày {on.day} tháng {on.month} năm {on.year}"),
        "",
        frame.titles[kind],
        f"(V/v: {story.subject})",
        dice.choice(frame.greetings).format(to=to.name),
        "",
        _who(dice, sender),
        dice.choice(frame.bridges),
        story.fact,
        *([story.harm] if story.harm else []),
        *remarks,
    ]
    if story.demands:
        lines += [dice.choice(frame.demands), *(f"{number}) {demand}" for number, demand in zip(MARKS, story.demands, strict=False))]
    if story.papers:
        lines.append(dice.choice(frame.papers).format(papers=", ".join(story.papers)))
    lines += [dice.choice(frame.oaths[kind]), "", frame.signs[kind]]
    body = "\n".join(lines)
    return "\n".join([_ours(body) if sender.count > 1 else body, *[person.full_name for person in sender.people]])


def join(dice: Random, first: Story, second: Story) -> Story:
    """Two affairs in one letter, which the law asks to be split (Law on Citizen Reception, art. 25.3)."""
    linked = f"{first.fact}\n{dice.choice(reference.frame().joins)} {second.fact}"
    demands, papers = [*first.demands, *second.demands][: len(MARKS)], [*first.papers, *second.papers]
    return msgspec.structs.replace(first, fact=linked, demands=demands, papers=papers)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def day(on: date) -> str:
    """A date as letters write it."""
    return f"{on.day:02d}/{on.month:02d}/{on.year}"


def _ours(text: str) -> str:
    """I becomes we."""
    return re.sub(r"(?<!húng )\b([Tt])ôi\b", lambda found: "Chúng tôi" if found[1] == "T" else "chúng tôi", text)


def _who(dice: Random, sender: Sender) -> str:
    if not sender.people:
        return dice.choice(reference.frame().who["nobody"])
    first = sender.people[0]
    form = dice.choice(reference.frame().who["group" if sender.count > 1 else "alone"])
    return form.format(count=sender.count, name=first.full_name, address=first.address, phone=first.phone, id=first.id_number)


def _slots(dice: Random, by: Author, home: Home, on: date) -> dict[str, object]:
    places = reference.places()
    issuer = by.agency.code.split("-")[0] if by.agency else "UBND"
    long_ago, lately = on - timedelta(days=dice.randint(40, 300)), on - timedelta(days=dice.randint(5, 38))
    return {
        **_sizes(dice),
        "thon": home.hamlet,
        "xa": home.commune,
        "duong": dice.choice(places.roads),
        "du_an": dice.choice(places.projects),
        **{slot: dice.choice(firms) for slot, firms in places.firms.items()},
        "truong": dice.choice(places.schools),
        "co_quan": addressees.short([by.agency]) if by.agency else f"UBND {home.commune}",
        "chuc_vu": addressees.TITLES.get(by.role, "cán bộ"),
        "nguoi": f"ông {people.name(dice, sex='male')}",
        "ngay": day(long_ago),
        "ngay_moi": day(lately),
        "thang": f"tháng {long_ago.month}/{long_ago.year}",
        "nam": dice.randint(1978, 2012),
        "nam_gan": dice.randint(2015, 2023),
        "so_qd": f"{dice.randint(11, 4999)}/QĐ-{issuer}",
        "so_tb": f"{dice.randint(11, 999)}/TB-{issuer}",
    }


def _sizes(dice: Random) -> dict[str, object]:
    small = dice.randint(3, 60) * 50_000
    return {
        "m2": _dotted(dice.randint(8, 90) * 25),
        "m2_nho": _dotted(dice.randint(12, 180)),
        "thua": dice.randint(1, 640),
        "to": dice.randint(1, 96),
        "n": dice.randint(2, 9),
        "ho": dice.randint(12, 140),
        "khau": dice.randint(3, 8),
        "tuoi": dice.randint(66, 92),
        "ngay_cong": dice.randint(6, 75),
        "nam_cong_tac": dice.randint(8, 31),
        "tien": f"{_dotted(dice.randint(30, 950) * 1_000_000)} đồng",
        "tien_nho": f"{_dotted(small)} đồng",
        "tien_lit": f"{_dotted(dice.randint(8, 26) * 10_000)} đồng",
    }


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")
