"""A form as people hand it in: JSON for programs, CSV for spreadsheets (pure)."""

import csv
import io
from datetime import date

from services.reporting.forms import Filled, Form

NO_DATA_VI = "chưa có số liệu"


def as_json(form: Form, filled: Filled, agencies: list[str], from_on: date, to_on: date) -> dict[str, object]:
    """The form with its law, figures and identities; a column without facts to count has the value null."""
    warnings = [{"vi": form.warning_vi, "en": form.warning_en}] if form.warning_vi else []
    return {
        "form": form.code,
        "title": form.title_vi,
        "title_en": form.title_en,
        "law": form.law,
        "grade": form.grade,
        "agencies": agencies,
        "from": from_on.isoformat(),
        "to": to_on.isoformat(),
        "columns": {str(number): value for number, value in filled.columns.items()},
        "details": [
            {
                "number": column.number,
                "title": column.title_vi,
                "title_en": column.title_en,
                "unit": column.unit,
                "value": filled.columns[column.number],
                "note": note_vi(filled, column.number),
            }
            for column in form.layout.columns
        ],
        "identities": [{"identity": identity.text, "law": identity.law} for identity in form.layout.identities],
        "warnings": warnings,
    }


def note_vi(filled: Filled, number: int) -> str | None:
    """What the note beside a column says: how many of its letters were returned to their forwarder."""
    count = filled.notes.get(number, 0)
    return f"Trong đó {count} đơn trả lại nơi chuyển đến." if count else None


def as_csv(form: Form, filled: Filled, agencies: list[str], from_on: date, to_on: date) -> str:
    """The form as CSV with a byte order mark, as spreadsheet programs need for Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"Biểu {form.code}", form.title_vi])
    writer.writerow(["Căn cứ", form.law])
    writer.writerow(["Đơn vị", ", ".join(agencies) or "Toàn bộ"])
    writer.writerow(["Kỳ báo cáo", f"{from_on:%d/%m/%Y} - {to_on:%d/%m/%Y}"])
    writer.writerow(["Cột", "Chỉ tiêu", "Đơn vị tính", "Số liệu", "Ghi chú"])
    for column in form.layout.columns:
        value = filled.columns[column.number]
        writer.writerow(
            [column.number, column.title_vi, column.unit, NO_DATA_VI if value is None else value, note_vi(filled, column.number) or ""]
        )
    if form.warning_vi:
        writer.writerow(["Lưu ý", form.warning_vi])
    return "\ufeff" + out.getvalue()
