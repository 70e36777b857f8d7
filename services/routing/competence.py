"""Who must settle: from the facts of the matter to the office that settles first and second, and to the body that holds it.

The table (``data/competence.csv``) is the law a lawyer reads and the rule that runs. The row is chosen by the date of the
event, among those known on the day of asking; where several match, the most specific one counts, and the checker proves that
it is always exactly one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from contracts.errors import Invalid
from contracts.vocabulary import AuthorRole, Branch, Field
from law import bodies
from law.bodies import Body, Level, Office

ANY = "*"
COURT = "court"
_AUTHORS, _BRANCHES, _FIELDS = frozenset(AuthorRole), frozenset(Branch), frozenset(Field)
MAX_HOPS = 6
"""No matter may climb more steps than this from its author to the last office; a longer climb is an error in the table."""


class Rule(NamedTuple):
    """One row. No ``first`` means that the law of that time named a body that no longer exists."""

    rule: str
    kind: str
    branch: str
    authors: frozenset[str]
    field: str
    first: str
    second: str
    then: str
    law: str
    effective_from: date
    effective_to: date
    known_from: date
    grade: str
    warning: str
    note: str

    @property
    def specificity(self) -> int:
        """How many facts the row names rather than leaves open."""
        return (ANY not in self.authors) + (self.field != ANY)

    def matches(self, kind: str, branch: str, author: str, field: str) -> bool:
        """The row speaks of such a matter, at whatever date."""
        named = self.kind == kind and self.branch == branch
        return named and (ANY in self.authors or author in self.authors) and self.field in (ANY, field)


class RoleRow(NamedTuple):
    """An office that settles or is complained of, and how its body is found: among ``offices`` on ``levels``."""

    role: str
    vi: str
    en: str
    offices: tuple[Office, ...]
    levels: tuple[Level, ...]
    seat: str


class Matter(NamedTuple):
    """The facts that decide competence. ``author`` is the office complained of; ``place`` a commune or province code."""

    kind: str
    author: str = AuthorRole.UNKNOWN
    branch: str = ""
    field: str = Field.OTHER
    place: str = ""
    author_agency: str = ""
    receiver: str = ""
    is_dismissal: bool = False


class Competent(NamedTuple):
    """The answer: roles that settle first and second, and where the matter may go ``then``."""

    first: str
    second: str
    then: str
    rule: str
    cites: tuple[str, ...]
    grade: str
    warnings: tuple[str, ...]


class Table:
    """The rows, indexed by the facts they speak of."""

    def __init__(self, rules: Iterable[Rule], roles: Iterable[RoleRow]) -> None:
        self.rules = tuple(rules)
        self.roles = {row.role: row for row in roles}
        self.kinds = frozenset(rule.kind for rule in self.rules)
        self._matching: dict[tuple[str, str, str, str], tuple[Rule, ...]] = {}

    def matching(self, kind: str, branch: str, author: str, field: str) -> tuple[Rule, ...]:
        """Rows of all times that speak of such a matter, the most specific first, a correction before what it corrects."""
        key = (kind, branch, author, field)
        found = self._matching.get(key)
        if found is None:
            rows = [rule for rule in self.rules if rule.matches(*key)]
            found = tuple(sorted(rows, key=lambda rule: (-rule.specificity, -rule.known_from.toordinal())))
            self._matching[key] = found
        return found


def in_force(rules: Sequence[Rule], on: date, known: date) -> list[Rule]:
    """Those in force on a day as known on another: a later row under the same id replaces the earlier one."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.known_from <= known:
            found.setdefault(rule.rule, rule)
    return [rule for rule in found.values() if rule.effective_from <= on <= rule.effective_to]


def settlers(table: Table, matter: Matter, on: date, known: date = date.max) -> Competent:
    """The offices that settle a matter whose clock started ``on``, by what was known on ``known``.

    Raises Invalid for words the table does not know (``unknown_kind``, ``unknown_role``, ``unknown_field``), for a
    denunciation without its branch (Law on Denunciations, art. 2) and, ``no_rule_in_force``, for a day without a rule.
    """
    _check(table, matter)
    found = in_force(table.matching(matter.kind, matter.branch, matter.author, matter.field), on, known)
    if not found or not found[0].first:
        raise Invalid("no_rule_in_force", field="date", on=on, what=matter.kind)
    rule = found[0]
    then = rule.then
    if then == "court_if_dismissal":
        then = COURT if matter.is_dismissal else ""
    warnings = tuple(rule.warning.split())
    return Competent(rule.first, rule.second, then, rule.rule, tuple(rule.law.split("; ")), rule.grade, warnings)


def _check(table: Table, matter: Matter) -> None:
    if matter.kind not in table.kinds:
        raise Invalid("unknown_kind", field="kind", value=matter.kind)
    if matter.kind == "denunciation":
        if not matter.branch:
            raise Invalid("branch_missing", field="branch")
        if matter.branch not in _BRANCHES:
            raise Invalid("unknown_branch", field="branch", value=matter.branch)
    if matter.author not in _AUTHORS:
        raise Invalid("unknown_role", field="author", value=matter.author)
    if matter.field not in _FIELDS:
        raise Invalid("unknown_field", field="field", value=matter.field)


def body_of(table: Table, role: str, matter: Matter, on: date) -> Body | None:
    """The body whose head holds ``role`` in this matter; None when the facts do not lead to one that exists.

    The body complained of and those above it come first, then the body that serves the place.
    """
    row = table.roles[role]
    if row.seat == "receiver":
        return bodies.successor(matter.receiver, on)
    agency = bodies.successor(matter.author_agency, on) if matter.author_agency else None
    if agency is not None:
        chain = ([] if row.seat == "superior" else [agency.code]) + list(bodies.superiors(agency.code))
        for code in chain:
            found = bodies.body(code, on)
            if found is not None and _fits(row, found):
                return found
    return _serving(row, matter, on)


def _fits(row: RoleRow, found: Body) -> bool:
    if not row.offices:
        return row.seat == "superior"
    return found.role in row.offices and found.level in row.levels and not row.seat.startswith("field:")


def _serving(row: RoleRow, matter: Matter, on: date) -> Body | None:
    wanted = [row.seat.partition(":")[2]] if row.seat.startswith("field:") else [matter.field, Field.OTHER]
    place = matter.place or _unit_of(matter.author_agency) or _unit_of(matter.receiver)
    for field in wanted:
        for level in row.levels:
            for office in row.offices:
                found = bodies.serving(office, level, place, on, field)
                if found is not None:
                    return found
    return None


def _unit_of(code: str) -> str:
    found = bodies.body(code) if code else None
    return found.unit if found else ""


# Proof


def domain(table: Table) -> Iterator[Matter]:
    """Every combination of facts that the table must answer."""
    for kind in sorted(table.kinds):
        for branch in tuple(Branch) if kind == "denunciation" else ("",):
            for author in AuthorRole:
                for field in Field:
                    yield Matter(kind, author, branch, field)


def turning_days(table: Table) -> list[date]:
    """Every day on which a row starts, and the last day before it."""
    starts = {rule.effective_from for rule in table.rules} | {
        date.fromordinal(rule.effective_to.toordinal() + 1) for rule in table.rules if rule.effective_to != date.max
    }
    return sorted(starts | {date.fromordinal(day.toordinal() - 1) for day in starts})


def problems(table: Table) -> list[str]:
    """Counter-examples: a matter without a rule or with two, an unknown role, a climb that returns or never ends."""
    found = [
        f"{rule.rule}: không có chức danh {role}"
        for rule in table.rules
        for role in (rule.first, rule.second)
        if role and role not in table.roles
    ]
    found += [f"{rule.rule}: không có chức danh {role}" for rule in table.rules for role in rule.authors - {ANY} if role not in table.roles]
    opened = {kind: min(rule.effective_from for rule in table.rules if rule.kind == kind) for kind in table.kinds}
    matters = list(domain(table))
    for on in turning_days(table):
        edges: dict[str, dict[str, set[str]]] = {}
        for matter in matters:
            rules = in_force(table.matching(matter.kind, matter.branch, matter.author, matter.field), on, date.max)
            top = [rule for rule in rules if rule.specificity == rules[0].specificity]
            told = f"{on}: {matter.kind} {matter.branch} {matter.author} {matter.field}".replace("  ", " ")
            if not rules and on >= max(opened[matter.kind], _complete_from(table, matter)):
                found.append(f"{told}: không có quy định")
            elif len(top) > 1:
                found.append(f"{told}: {' và '.join(rule.rule for rule in top)} cùng trả lời")
            elif rules:
                _climb(edges.setdefault(matter.kind + matter.branch, {}), matter.author, rules[0])
        found += [f"{on}: {kind}: {' → '.join(path)}" for kind, graph in edges.items() for path in too_long(graph)]
    return found


def _complete_from(table: Table, matter: Matter) -> date:
    """The first day on which the table speaks of such a matter at all; from then on it may not fall silent."""
    rules = table.matching(matter.kind, matter.branch, matter.author, matter.field)
    return min((rule.effective_from for rule in rules), default=date.min)


def _climb(edges: dict[str, set[str]], author: str, rule: Rule) -> None:
    climbs = [(rule.first, rule.second)] if ANY in rule.authors else [(author, rule.first), (rule.first, rule.second)]
    for lower, upper in climbs:
        if upper and lower != upper and lower != AuthorRole.UNKNOWN:
            edges.setdefault(lower, set()).add(upper)


def too_long(edges: dict[str, set[str]]) -> list[list[str]]:
    """For each start the first path found that comes back to where it was or is longer than ``MAX_HOPS``."""

    def walk(path: list[str]) -> list[str] | None:
        for upper in sorted(edges.get(path[-1], ())):
            longer = [*path, upper]
            if upper in path or len(path) > MAX_HOPS:
                return longer
            if (found := walk(longer)) is not None:
                return found
        return None

    return [path for start in sorted(edges) if (path := walk([start])) is not None]


def differences(table: Table, earlier: date, later: date) -> Iterator[tuple[Matter, str, str]]:
    """Matters whose addressee differs between two days: the matter, "first → second" before and after."""
    for matter in domain(table):
        before, after = (_told(table, matter, on) for on in (earlier, later))
        if before != after:
            yield matter, before, after


def _told(table: Table, matter: Matter, on: date) -> str:
    try:
        found = settlers(table, matter, on)
    except Invalid:
        return "–"
    return " → ".join(role for role in (found.first, found.second) if role)
