"""Letters from a table (CSV or XLSX): each row a form, or the cells at fault named by their column in Vietnamese.

A row's problem never repeats what the cell holds. Columns are found by their heading, in any order, case or spelling
of accents; words may be written as the Vietnamese term, the English one or the code of the vocabulary.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
import openpyxl
from openpyxl.utils import get_column_letter

from contracts.errors import Invalid, Refusal
from contracts.petitions import LodgeForm, Person
from contracts.vocabulary import labels
from law import bodies
from runtime import problems
from services.intake import reference

_PERSON: Final = frozenset(Person.__struct_fields__)
_LETTER: Final = frozenset(LodgeForm.__struct_fields__)
_YES: Final = frozenset({"x", "co", "yes", "true", "1", "dung"})
_NO: Final = frozenset({"", "khong", "no", "false", "0", "sai"})
_DATES: Final = (("%Y-%m-%d", re.compile(r"\d{4}-\d{1,2}-\d{1,2}")), ("%d/%m/%Y", re.compile(r"\d{1,2}/\d{1,2}/\d{4}")))
_LARGEST_UNPACKED: Final = 20
_WORDS_TOLD: Final = 12
_HEADING_TOLD: Final = 60
_PLACE_NAMED: Final = re.compile(r"trường ([\w.\[\]]+)")


class Column(NamedTuple):
    """One column an import may have; ``reads`` is ``text``, ``date``, ``number``, ``yes_no`` or a list of the vocabulary."""

    field: str
    vi: str
    reads: str
    is_required: bool


class CellError(NamedTuple):
    """What is wrong with one cell, for the person who keeps the table. ``column`` is empty when the row as a whole is at fault."""

    row: int
    column: str
    problem: str
    code: str


class Row(NamedTuple):
    """One row of the table by its number there: a form, or errors."""

    number: int
    form: LodgeForm | None
    errors: list[CellError]


class Table(NamedTuple):
    """What a file holds; ``ignored`` names, by heading and letter, the columns that mean nothing here."""

    rows: list[Row]
    ignored: list[str]


@dataclass(slots=True)
class Report:
    """What became of each row."""

    row_count: int
    ignored: list[str]
    results: list[dict[str, Any]] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    def take(self, errors: Sequence[CellError], numbers: Sequence[int], answers: Sequence[Any]) -> None:
        """Enter a chunk: the errors of its cells, and the answer to each row that could be read."""
        self.errors += errors
        for number, answer in zip(numbers, answers, strict=True):
            if isinstance(answer, Refusal):
                self.errors.append(refused(number, answer))
            else:
                self.results.append({"row": number, **{name: answer[name] for name in ("case_id", "number", "code", "is_new")}})

    def told(self) -> dict[str, Any]:
        """The report as it is answered, in the order of the rows."""
        lodged = sum(result["is_new"] for result in self.results)
        return {
            "rows": self.row_count,
            "lodged": lodged,
            "repeated": len(self.results) - lodged,
            "refused": self.row_count - len(self.results),
            "results": self.results,
            "errors": [error._asdict() for error in sorted(self.errors)],
            "ignored_columns": self.ignored,
        }


@cache
def columns() -> dict[str, Column]:
    """Every column by field."""
    found = (
        Column(line["field"], line["vi"], line["reads"], line["is_required"] == "yes") for line in reference.lines("import_columns.csv")
    )
    return {column.field: column for column in found}


def read(data: bytes, received_by: str) -> Table:
    """The letters of a file that ``received_by`` received. Raises Invalid when it is no table of letters, or that body is unknown."""
    if bodies.body(received_by) is None:
        raise Invalid("receiver_unknown", field="received_by")
    grid = _grid(data)
    number, heading = next(((number, cells) for number, cells in grid if any(cells)), (0, []))
    found, ignored = _columns_of(heading)
    missing = [column.vi for column in columns().values() if column.is_required and column not in found.values()]
    if missing:
        raise Invalid("import_columns_missing", columns=", ".join(missing))
    rows: list[Row] = []
    for number, cells in grid:
        if any(cell not in (None, "") for cell in cells):
            if len(rows) >= reference.limit("import_rows"):
                raise Invalid("import_too_long", limit=reference.limit("import_rows"))
            rows.append(_row(number, cells, found, received_by))
    return Table(rows, ignored)


def refused(number: int, refusal: Refusal) -> CellError:
    """A rule's refusal of a row, at the column of the field it names."""
    return CellError(number, _heading(refusal.field or ""), _PLACE_NAMED.sub(_by_heading, refusal.message), refusal.code)


def _by_heading(named: re.Match[str]) -> str:
    heading = _heading(named[1])
    return f"cột {heading}" if heading else named[0]


def _row(number: int, cells: Sequence[Any], found: dict[int, Column], received_by: str) -> Row:
    values: dict[str, Any] = {}
    errors: list[CellError] = []
    for index, column in found.items():
        cell = cells[index] if index < len(cells) else None
        try:
            value = _value(cell, column)
        except _Wrong as wrong:
            errors.append(CellError(number, column.vi, str(wrong), "import_cell"))
            continue
        if value is not None:
            values[column.field] = value
        elif column.is_required:
            errors.append(CellError(number, column.vi, "ô này không được để trống", "import_cell"))
    if errors:
        return Row(number, None, errors)
    try:
        return Row(number, _form(values, received_by), [])
    except msgspec.ValidationError as failure:
        place, problem = problems.describe(failure)
        return Row(number, None, [CellError(number, _heading(place), _in_vietnamese(problem), "import_cell")])


def _form(values: dict[str, Any], received_by: str) -> LodgeForm:
    person = {name: values.pop(name) for name in sorted(_PERSON & values.keys())}
    letter = {name: values.pop(name) for name in sorted(_LETTER & values.keys())}
    given = {**letter, "received_by": received_by, "axes": values, "petitioners": [person] if person else []}
    return msgspec.convert(given, LodgeForm)


def _in_vietnamese(problem: str) -> str:
    if "missing" in problem:
        return "ô này không được để trống"
    if "length" in problem:
        return "giá trị không hợp lệ: quá dài hoặc quá ngắn"
    return "giá trị không hợp lệ: sai dạng mã" if "code" in problem else "giá trị không hợp lệ"


class _Wrong(Exception):
    """A cell cannot be read; the text is for the person who keeps the table."""


def _value(cell: Any, column: Column) -> Any:
    if column.reads == "date":
        return _date(cell)
    text = _text(cell)
    if column.reads == "yes_no":
        return _yes_no(text)
    if not text:
        return None
    if column.reads == "number":
        if not re.fullmatch(r"\d{1,6}", text):
            raise _Wrong("phải là số nguyên")
        return int(text)
    return text if column.reads == "text" else _word(text, column.reads)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


def _date(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    if not text:
        return None
    for form, shape in _DATES:
        if shape.fullmatch(text):
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of the calendar has no zone
            except ValueError:
                break
    raise _Wrong("phải là ngày, ví dụ 01/7/2026")


def _yes_no(text: str) -> bool:
    word = _folded(text)
    if word in _YES or word in _NO:
        return word in _YES
    raise _Wrong("chỉ ghi x hoặc để trống")


def _word(text: str, name: str) -> str:
    found = _words(name).get(_folded(text))
    if found is None:
        raise _Wrong(f"không có trong danh mục; hãy ghi một trong: {_told(allowed(name))}")
    return found


def allowed(name: str) -> list[str]:
    """The words of one list of the vocabulary, in Vietnamese."""
    return [vietnamese for (owner, _), (vietnamese, _) in labels().items() if owner == name]


def _told(words: list[str]) -> str:
    more = "; các từ khác: docs/agency-client.md" if len(words) > _WORDS_TOLD else ""
    return "; ".join(words[:_WORDS_TOLD]) + more


@cache
def _words(name: str) -> dict[str, str]:
    """Every spelling of the words of one list."""
    spelt: dict[str, str] = {}
    for (owner, word), spellings in labels().items():
        if owner == name:
            spelt |= dict.fromkeys(map(_folded, (word, *spellings)), word)
    return spelt


def _columns_of(heading: Iterable[Any]) -> tuple[dict[int, Column], list[str]]:
    known = {_folded(name): column for column in columns().values() for name in (column.vi, column.field)}
    found: dict[int, Column] = {}
    ignored: list[str] = []
    for index, cell in enumerate(heading):
        column = known.get(_folded(_text(cell)))
        if column is not None and column not in found.values():
            found[index] = column
        elif _text(cell):
            ignored.append(f"{_text(cell)[:_HEADING_TOLD]} (cột {get_column_letter(index + 1)})")
    return found, ignored


def _heading(place: str) -> str:
    """The column's heading of a form's field (``axes.place``, ``petitioners[0].phone``)."""
    column = columns().get(re.split(r"[.\]]", place)[-1] or "")
    if column is None and place == "petitioners":
        column = columns()["full_name"]
    return column.vi if column else ""


def _folded(text: str) -> str:
    """Lower case, without accents or signs, so that spellings meet."""
    plain = "".join(part for part in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(part))
    return " ".join(re.findall(r"[a-z0-9]+", plain.replace("đ", "d")))


def _grid(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a file with their numbers, from 1."""
    cells = _from_workbook(data) if data[:4] == b"PK\x03\x04" else _from_text(data)
    return ((number, list(row)) for number, row in enumerate(cells, 1))


def _from_text(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        raise Invalid("import_not_a_table") from None


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid("import_not_a_table") from None


def _from_workbook(data: bytes) -> Iterator[Sequence[Any]]:
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        if sum(member.file_size for member in packed.infolist()) > _LARGEST_UNPACKED * reference.limit("import_bytes"):
            raise Invalid("body_too_large", limit=_LARGEST_UNPACKED * reference.limit("import_bytes"))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)
    except Refusal:
        raise
    except Exception:
        raise Invalid("import_not_a_table") from None
