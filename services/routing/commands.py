"""``dannguyen law action | competent | roles | next-steps | diff``: what routing knows, asked from outside."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from contracts.errors import Refusal
from contracts.event import FACTS
from contracts.vocabulary import Branch, Kind, Status, label
from law import reference as law_reference
from law.commands import CHECKS, Files, Json, law_app, opened, today
from law.wording import text
from services.routing import competence, guards, moves, questions, reference


def register(app: typer.Typer) -> None:
    """Add to ``dannguyen law``; ``law check`` proves these tables too."""
    if checked not in CHECKS:
        CHECKS.append(checked)
        law_app.command("action")(action)
        law_app.command("competent")(competent)
        law_app.command("roles")(roles)
        law_app.command("next-steps")(next_steps)
        law_app.command("diff")(diff)


def checked() -> list[str]:
    """The faults of the tables of competence and of moves, as counter-examples."""
    facts = [kind.__name__ for kind in FACTS.values()]
    return [*competence.problems(reference.competence()), *moves.problems(reference.settlement(), facts, guards.GUARDS)]


def action(files: Files = None, json: Json = False) -> None:
    """Phải làm gì với lá đơn này? Mỗi dòng một câu hỏi, mỗi dòng một câu trả lời."""
    _answer(files, json, questions.WhatToDo, questions.what_to_do, _to_do)


def competent(files: Files = None, json: Json = False) -> None:
    """Ai giải quyết lần đầu, lần hai? Mỗi dòng một câu hỏi, mỗi dòng một câu trả lời."""
    _answer(files, json, questions.WhoSettles, questions.competent, _settlers)


def next_steps(files: Files = None, json: Json = False) -> None:
    """Được làm gì tiếp theo, ai làm, đến hạn ngày nào? Mỗi dòng lịch sử của một vụ việc."""
    _answer(files, json, questions.WhatNext, questions.what_next, _next)


def roles(json: Json = False) -> None:
    """Các chức danh mà bảng thẩm quyền biết, với tên tiếng Việt."""
    rows = reference.competence().roles.values()
    if json:
        _write([{"role": row.role, "vi": row.vi, "en": row.en} for row in rows])
        return
    for row in rows:
        typer.echo(f"{row.role:40} {row.vi}")


def diff(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Ngày trước.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Ngày sau.")],
    json: Json = False,
) -> None:
    """Những việc đổi cơ quan giải quyết giữa hai ngày."""
    found = list(competence.differences(reference.competence(), since.date(), until.date()))
    if json:
        _write([{**_facts(matter), "before": before, "after": after} for matter, before, after in found])
        return
    for matter, before, after in _by_author(found):
        typer.echo(f"{matter}: {before}  ⇒  {after}")
    typer.echo(f"{len(found)} tổ hợp dữ kiện đổi cơ quan giải quyết.")


def _facts(matter: competence.Matter) -> dict[str, str | None]:
    return {"kind": matter.kind, "branch": matter.branch or None, "author": matter.author, "field": matter.field}


def _by_author(found: list[tuple[competence.Matter, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Differences that hold for every field are told once."""
    told = {(_matter(matter), _chain(before), _chain(after)) for matter, before, after in found}
    yield from sorted(told)


def _matter(matter: competence.Matter) -> str:
    kind = f"khiếu nại quyết định kỷ luật ({matter.kind})" if matter.kind == "discipline" else label(Kind(matter.kind))
    return f"{label(Branch(matter.branch)) if matter.branch else kind}, {_title(matter.author)}"


def _chain(told: str) -> str:
    """Roles one after the other, by their titles."""
    return " → ".join(map(_title, told.split(" → ")))


def _title(role: str) -> str:
    found = reference.competence().roles.get(role)
    return found.vi if found else role


def _answer(files: list[Path] | None, as_json: bool, kind: type[Any], answer: questions.Ask, show: Any) -> None:
    known_on = today()
    read, decode = questions.reader(kind, answer, known_on), msgspec.json.Decoder(kind).decode
    for block in opened(files):
        if as_json or not sys.stdout.isatty():
            sys.stdout.buffer.write(b"".join([read(line) + b"\n" for line in block]))
            sys.stdout.buffer.flush()
            continue
        for line in block:
            try:
                asked = questions.as_known(questions.asked_in(line, decode, kind), known_on)
                typer.echo(show(asked, answer(asked)))
            except Refusal as refusal:
                typer.echo(refusal.message)
            except msgspec.DecodeError as fault:
                typer.echo(questions.diagnosed(questions.given(line), fault, kind).message)


def _write(rows: list[dict[str, Any]]) -> None:
    sys.stdout.buffer.write(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


# For a person


def _to_do(asked: questions.WhatToDo, found: questions.ToDo) -> str:
    """What the clerk says: what to do, by when, by which article."""
    told = [reference.action_names()[found.action][0] + f" ({found.rule})."]
    if found.within is not None and found.due is not None:
        unit = "ngày làm việc" if found.within.unit == "working" else "ngày"
        told.append(f"Trong {found.within.limit} {unit}: chậm nhất ngày {text(found.due)}.")
    return " ".join([*told, _law(found.cites, found.grade, found.warnings)])


def _settlers(asked: questions.WhoSettles, found: questions.Settlers) -> str:
    titles = reference.competence().roles
    told = [f"Lần đầu: {titles[found.first].vi}{_named(found.agency)}."]
    if found.second:
        told.append(f"Lần hai: {titles[found.second].vi}{_named(found.second_agency)}.")
    if found.then:
        told.append("Sau đó: Tòa án.")
    return " ".join([*told, _law(found.cites, found.grade, found.warnings)])


def _named(place: questions.Place | None) -> str:
    return f" ({place.name}, {place.code})" if place else ""


def _next(asked: questions.WhatNext, found: questions.Next) -> str:
    told = [f"Trạng thái: {label(Status(found.status))}."]
    names, book = reference.settlement().names, law_reference.book()
    for step in found.steps:
        within = f", chậm nhất ngày {text(step.within)}" if step.within else ""
        law = "; ".join(book.title(cite) for cite in step.law.split("; "))
        told.append(f"- {step.vi} ({step.move}){within}: {step.document or 'không cần văn bản'}; {law}{_unsure(step.warning)}")
    if found.asked and not found.asked["allowed"]:
        move = found.asked["move"]
        told.append(f"Không được {names[move][0] if move in names else move}: {found.asked['refusal']['message']}")
    return "\n".join(told)


def _unsure(warning: str) -> str:
    return f" (lưu ý {warning})" if warning else ""


def _law(cites: tuple[str, ...], grade: str, warnings: tuple[str, ...]) -> str:
    book = law_reference.book()
    words = {**book.sentences, **reference.sentences()}
    sure = "" if grade in ("A", "A2") else f" Độ chắc chắn {grade}: cần xác nhận."
    noted = f" Lưu ý: {'; '.join(words[each] for each in warnings)}." if warnings else ""
    return f"Căn cứ: {'; '.join(book.title(cite) for cite in cites)}.{sure}{noted}"
