"""``dannguyen law``: questions to the law, as JSON Lines for programs and readable for people."""

import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec
import typer

from contracts.errors import Refusal
from law import checks, lines, reference, view
from law.answers import Certificate
from law.calendar import calendar as days_of
from law.calendar import days
from law.rows import RowError
from law.verify import verify_line

law_app = typer.Typer(no_args_is_help=True, help="Hỏi luật: đến hạn ngày nào, vì sao, ai giải quyết, làm gì tiếp theo.")
CHECKS: list[Callable[[], Iterable[str]]] = [lambda: checks.check(reference.book())]
"""What ``law check`` runs; each gives the faults it finds as sentences. Other packages add their own."""

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_CHUNK = 1 << 18
_STANDARD_INPUT = Path("-")

Files = Annotated[list[Path] | None, typer.Argument(help="Tệp câu hỏi JSON Lines; không nêu (hoặc -) thì đọc đầu vào chuẩn.")]
Json = Annotated[bool, typer.Option("--json", help="Trả lời bằng JSON Lines.")]
Agency = Annotated[str | None, typer.Option(help="Mã cơ quan: tính cả ngày nghỉ riêng của cơ quan đó.")]
Without = Annotated[list[str] | None, typer.Option(help="Tắt một công tắc của lịch, ví dụ culture_day (nghỉ 24-11).")]
Known = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Theo dữ liệu biết đến ngày này; mặc định hôm nay.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


def register(app: typer.Typer) -> None:
    """Bring ``dannguyen law`` to the command line."""
    app.add_typer(law_app, name="law")


def today() -> date:
    """Today in Vietnam."""
    return datetime.now(_VIETNAM).date()


@law_app.command()
def calendar(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Ngày đầu.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Ngày cuối, kể cả ngày này.")],
    agency: Agency = None,
    without: Without = None,
    as_of_knowledge: Known = None,
    json: Json = False,
) -> None:
    """Ngày làm việc, ngày nghỉ và lý do của từng ngày."""
    if since > until:
        raise typer.BadParameter(f"ngày đầu {since:%Y-%m-%d} sau ngày cuối {until:%Y-%m-%d}")
    known = days_of(_known(as_of_knowledge), agency=agency, without=without or ())
    span = days(since.date(), until.date(), known)
    if not json:
        typer.echo(view.calendar(span))
        return
    _answer([[msgspec.json.encode(day)] for day in span], bytes)


@law_app.command()
def due(
    files: Files = None,
    json: Json = False,
    kind: Annotated[str | None, typer.Option(help="Hỏi thẳng một câu: loại việc.")] = None,
    step: Annotated[str | None, typer.Option(help="Bước, ví dụ settle_first.")] = None,
    start: Annotated[str | None, typer.Option(help="Ngày bắt đầu, NĂM-THÁNG-NGÀY.")] = None,
    fact: Annotated[list[str] | None, typer.Option(help="Dữ kiện, ví dụ complex, note='TB 12', criteria=many_contents.")] = None,
    agency: Agency = None,
    without: Without = None,
    as_of_knowledge: Known = None,
) -> None:
    """Đến hạn ngày nào? Một câu hỏi một dòng, một câu trả lời một dòng."""
    source, given = _asked(files, kind, step, start, fact), lines.Given(_known(as_of_knowledge), tuple(without or ()), agency)
    if json or (kind is None and not sys.stdout.isatty()):
        _answer(source, lines.due_reader(given))
    else:
        _show(source, lines.explainer(given))


@law_app.command()
def certificate(
    files: Files = None,
    json: Json = False,
    kind: Annotated[str | None, typer.Option(help="Hỏi thẳng một câu: loại việc.")] = None,
    step: Annotated[str | None, typer.Option(help="Bước, ví dụ settle_first.")] = None,
    start: Annotated[str | None, typer.Option(help="Ngày bắt đầu, NĂM-THÁNG-NGÀY.")] = None,
    fact: Annotated[list[str] | None, typer.Option(help="Dữ kiện, như của law due.")] = None,
    agency: Agency = None,
    without: Without = None,
    as_of_knowledge: Known = None,
) -> None:
    """Vì sao là ngày đó? Như law due, thêm chứng nhận đếm từng ngày."""
    source, given = _asked(files, kind, step, start, fact), lines.Given(_known(as_of_knowledge), tuple(without or ()), agency)
    if json or (kind is None and not sys.stdout.isatty()):
        _answer(source, lines.certificate_reader(given))
    else:
        _show(source, lines.explainer(given))


@law_app.command()
def verify(files: Files = None, json: Annotated[bool, typer.Option("--json", help="Luôn trả lời bằng JSON Lines.")] = True) -> None:
    """Đếm lại từng chứng nhận bằng một chương trình khác; sai một ngày, một số, một điều luật cũng thấy."""
    _answer(_asked(files, None, None, None, None), verify_line)


@law_app.command()
def check(json: Json = False) -> None:
    """Kiểm tra các dòng luật: không chồng nhau, không để trống, dẫn điều khoản đúng dạng."""
    try:
        faults = [fault for each in CHECKS for fault in each()]
    except RowError as unreadable:
        faults = str(unreadable).splitlines()
    if json:
        _answer([[msgspec.json.encode({"fault": fault}) for fault in faults]], bytes)
    else:
        typer.echo("\n".join(faults) or f"{sum(1 for _ in reference.book().rows())} dòng luật: không có lỗi.")
    if faults:
        raise typer.Exit(1)


def _known(given: datetime | None) -> date:
    return given.date() if given else today()


def _asked(
    files: list[Path] | None, kind: str | None, step: str | None, start: str | None, facts: list[str] | None
) -> Iterator[list[bytes]]:
    """The questions in blocks: one made of the options, else the lines of the files, else those of standard input as they come."""
    if kind is not None:
        yield [msgspec.json.encode({"kind": kind, "step": step, "start": start, "facts": dict(_fact(each) for each in facts or ())})]
    else:
        yield from opened(files)


def _fact(given: str) -> tuple[str, Any]:
    """``complex`` is true; ``note=TB 12`` a word; ``criteria=a,b`` a list."""
    name, sign, value = given.partition("=")
    if not sign:
        return name, True
    return name, value.split(",") if name == "criteria" else value


def opened(files: list[Path] | None) -> Iterator[list[bytes]]:
    """The lines of files, one after the other in blocks; of standard input where none is named, or ``-``."""
    absent = [str(path) for path in files or () if path != _STANDARD_INPUT and (path.is_dir() or not path.exists())]
    if absent:
        raise typer.BadParameter(f"không có tệp {', '.join(absent)}")
    for path in files or [_STANDARD_INPUT]:
        if path == _STANDARD_INPUT:
            yield from blocks(sys.stdin.buffer)
            continue
        with path.open("rb") as file:
            yield from blocks(file)


def blocks(source: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of a stream without their ends, as many at a time as are there: who asks one by one is answered one by one.

    The mark that some editors and spreadsheets put before a text in UTF-8 is no part of its first line.
    """
    parts: list[bytes] = []
    begun = False
    while chunk := source.read1(_CHUNK):  # type: ignore[attr-defined]
        parts.append(chunk if begun else chunk.removeprefix(BOM_UTF8))
        begun = True
        if b"\n" in chunk:
            *whole, rest = b"".join(parts).split(b"\n")
            parts = [rest]
            yield whole
    if rest := b"".join(parts):
        yield [rest]


def _answer(source: Iterable[list[bytes]], read: lines.Reader) -> None:
    """One answer a line, written out after each block."""
    for block in source:
        sys.stdout.buffer.write(b"".join([read(line) + b"\n" for line in block]))
        sys.stdout.buffer.flush()


def _show(source: Iterable[list[bytes]], read: Callable[[bytes], Certificate | Refusal]) -> None:
    for block in source:
        for line in block:
            found = read(line)
            typer.echo(view.refusal(found) if isinstance(found, Refusal) else view.certificate(found))
