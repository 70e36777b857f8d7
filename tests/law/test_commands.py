"""``dannguyen law`` as a program or a person meets it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from law import reference, schema
from law.commands import law_app
from tests.law.rowbook import RowBook

RUN = CliRunner()
GOOD = {"id": "q1", "kind": "complaint", "step": "accept", "start": "2026-07-03"}
COMPLEX = {
    "id": "q2",
    "kind": "complaint",
    "step": "settle_first",
    "start": "2026-07-03",
    "facts": {"remote": False, "complex": True, "criteria": ["many_contents"], "note": "TB 12/2026"},
    "extensions": 0,
    "suspensions": [{"from": "2026-07-10", "to": "2026-07-20"}],
}


def ask(command: str, *questions: Any, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The answers to questions, given as objects or as raw lines."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in questions]
    found = RUN.invoke(law_app, [command, *options], input="\n".join(lines))
    assert found.exit_code == 0, found.output
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_the_worked_example_is_answered_to_the_letter() -> None:
    assert ask("due", COMPLEX | {"id": "q1"}) == [
        {"id": "q1", "rules": ["KN-06"], "limit": 45, "unit": "calendar", "due": "2026-08-27", "rolled_from": None, "state": "running",
         "remaining": None, "also": [], "warnings": [], "cites": ["LKN 28"], "grade": "A"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code", "field", "asked"),
    [
        ("", "bad_json", None, None),
        ("nothing", "bad_json", None, None),
        ("[1]", "bad_json", None, None),
        ('{"id": 1, "kind": ', "bad_json", None, None),
        ({"id": 1}, "unknown_kind", "kind", 1),
        ({"id": 1, **{name: GOOD[name] for name in ("step", "start")}, "kind": 5}, "unknown_kind", "kind", 1),
        (GOOD | {"kind": "wish"}, "unknown_kind", "kind", "q1"),
        (GOOD | {"step": "think"}, "unknown_step", "step", "q1"),
        (GOOD | {"start": "2026-02-30"}, "bad_date", "start", "q1"),
        (GOOD | {"start": "03/07/2026"}, "bad_date", "start", "q1"),
        (GOOD | {"start": None}, "bad_date", "start", "q1"),
        (GOOD | {"as_of_law": "soon"}, "bad_date", "as_of_law", "q1"),
        (GOOD | {"as_of_knowledge": 7}, "bad_date", "as_of_knowledge", "q1"),
        (GOOD | {"start": "2012-06-30"}, "no_rule_in_force", "start", "q1"),
        (GOOD | {"extensions": 1}, "extension_not_allowed", "extensions", "q1"),
        (GOOD | {"extensions": "1"}, "bad_fact", "extensions", "q1"),
        (GOOD | {"facts": []}, "bad_fact", "facts", "q1"),
        (GOOD | {"suspensions": "none"}, "bad_suspension", "suspensions", "q1"),
        (GOOD | {"suspensions": [{"to": "2026-07-07"}]}, "bad_date", "suspensions", "q1"),
        (GOOD | {"suspensions": [{"from": "2026-07-08", "to": "2026-07-07"}]}, "bad_suspension", "suspensions", "q1"),
        (GOOD | {"suspensions": [{"from": "2026-07-02", "to": "2026-07-07"}]}, "suspension_outside", "suspensions", "q1"),
        (COMPLEX | {"facts": {"complex": True}}, "complexity_note_missing", "facts.note", "q2"),
        (COMPLEX | {"facts": {"remote": "very"}}, "bad_fact", "facts.remote", "q2"),
        (GOOD | {"start": "2070-01-01"}, "beyond_calendar", "start", "q1"),
    ],
)
def test_a_line_at_fault_is_refused_by_code_and_field_and_the_next_is_answered(line: Any, code: str, field: str | None, asked: Any) -> None:
    refused, answered = ask("due", line, GOOD)
    assert (refused["refusal"]["code"], refused["refusal"]["field"], refused["id"]) == (code, field, asked)
    assert answered["due"] == "2026-07-14"


def test_answers_keep_the_order_and_the_ids_whatever_they_are() -> None:
    ids = ["a", 7, None, {"x": [1]}, True, 1.5]
    assert [each["id"] for each in ask("due", *({**GOOD, "id": each} for each in ids))] == ids


def test_questions_may_stand_in_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(json.dumps(GOOD | {"id": name}).encode() + b"\r\n")
    found = RUN.invoke(law_app, ["due", str(tmp_path / "one"), str(tmp_path / "two")])
    assert [json.loads(line)["id"] for line in found.stdout.splitlines()] == ["one", "two"]


def test_a_file_saved_by_an_editor_that_marks_utf_8_is_read_from_its_first_line_on(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\r\n{json.dumps(COMPLEX)}\r\n", "utf-8-sig")
    assert [each["id"] for each in ask("due", options=(str(file),))] == ["q1", "q2"]


def test_whoever_asks_one_by_one_is_answered_one_by_one() -> None:
    code = "from law.commands import law_app; law_app(['due'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:
        assert asking.stdin
        assert asking.stdout
        for number in range(3):
            asking.stdin.write(json.dumps(GOOD | {"id": number}).encode() + b"\n")
            asking.stdin.flush()
            assert json.loads(asking.stdout.readline())["id"] == number
        asking.stdin.close()
        assert asking.wait() == 0


def test_questions_and_answers_fit_the_committed_schemas() -> None:
    schemas = {name: json.loads((schema.FOLDER / f"{name}.json").read_text("utf-8")) for name in schema.documents()}
    for question in (GOOD, COMPLEX):
        jsonschema.validate(question, schemas["question"])
    for answer in ask("due", GOOD, COMPLEX, "x"):
        jsonschema.validate(answer, schemas["answer"])
    certificates = ask("certificate", GOOD, COMPLEX, "x")
    for answer in certificates:
        jsonschema.validate(answer, schemas["certificate"])
    for verdict in ask("verify", *certificates):
        jsonschema.validate(verdict, schemas["verdict"])
    for day in ask("calendar", options=("--from", "2026-08-20", "--to", "2026-09-05", "--json")):
        jsonschema.validate(day, schemas["day"])


def test_the_committed_schemas_are_those_of_the_code() -> None:
    assert {name: (schema.FOLDER / f"{name}.json").read_text("utf-8") for name in schema.documents()} == {
        name: schema.text(document) for name, document in schema.documents().items()
    }


def test_a_certificate_is_checked_by_verify_and_a_changed_one_is_not_valid() -> None:
    whole = ask("certificate", COMPLEX)[0]
    changed = json.loads(json.dumps(whole).replace("2026-08-27", "2026-08-28"))
    verdicts = ask("verify", whole, whole["certificate"], changed, "junk", whole | {"due": "2026-08-28"})
    assert [(each["id"], each["valid"]) for each in verdicts] == [("q2", True), (None, True), ("q2", False), (None, False), ("q2", False)]
    assert "2026-08-28" in verdicts[2]["error"]


def test_the_calendar_gives_one_line_a_day_with_the_reason() -> None:
    days = ask("calendar", options=("--from", "2026-08-22", "--to", "2026-08-24", "--json"))
    assert days == [
        {
            "date": "2026-08-22",
            "working": True,
            "reason": "make_up",
            "name": "Làm bù cho ngày 31/08/2026",
            "cite": "TBNN",
            "confirmed": True,
        },
        {"date": "2026-08-23", "working": False, "reason": "weekend", "name": "Chủ nhật", "cite": "BLLD 111", "confirmed": True},
        {"date": "2026-08-24", "working": True, "reason": None, "name": None, "cite": None, "confirmed": True},
    ]


def test_a_span_of_days_that_ends_before_it_begins_is_not_taken_for_an_empty_one() -> None:
    found = RUN.invoke(law_app, ["calendar", "--from", "2026-09-03", "--to", "2026-09-01", "--json"])
    assert (found.exit_code, found.stdout) == (2, "")


def test_the_culture_day_can_be_switched_off_in_calendar_and_count() -> None:
    asked = {"kind": "complaint", "step": "accept", "start": "2026-11-20"}
    assert [ask("due", asked, options=options)[0]["due"] for options in ((), ("--without", "culture_day"))] == ["2026-12-02", "2026-12-01"]
    assert ask("due", asked | {"without": ["culture_day"]})[0]["due"] == "2026-12-01"


def test_a_person_sees_a_small_calendar_with_the_skipped_days_and_why() -> None:
    shown = RUN.invoke(law_app, ["due", "--kind", "complaint", "--step", "accept", "--start", "2026-08-27"]).output
    assert "Tháng 08/2026" in shown
    assert "(27)" in shown
    assert "[10]" in shown
    assert "Không tính 01/09/2026 – 02/09/2026: Quốc khánh" in shown
    assert "Hạn thụ lý khiếu nại hoặc trả lời không thụ lý: hết ngày 10/09/2026" in shown


def test_a_person_who_asks_what_the_law_does_not_know_gets_one_sentence() -> None:
    shown = RUN.invoke(law_app, ["due", "--kind", "complaint", "--step", "settle_first", "--start", "2026-07-03", "--fact", "complex"])
    assert shown.exit_code == 0
    assert shown.output.startswith("Thời hạn dài hơn cần văn bản ghi nhận tính chất phức tạp")
    assert "Điều 3a" in shown.output


def test_check_finds_no_fault_in_the_rows() -> None:
    found = RUN.invoke(law_app, ["check"])
    assert (found.exit_code, "không có lỗi" in found.output) == (0, True)


def test_check_says_which_line_of_a_file_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = RowBook(tmp_path)
    with (tmp_path / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write("2026-07-06,swap,Nghỉ, bù,,yes,TBNN,,2026-07-01,\n")
    monkeypatch.setattr(reference, "book", rows.book)
    found = RUN.invoke(law_app, ["check"])
    assert (found.exit_code, found.output.count("\n")) == (1, 1)
    assert "corrections.csv:8: có nhiều ô hơn số cột" in found.output


@pytest.mark.parametrize("command", ["due", "certificate"])
def test_a_bad_line_never_ends_the_run_even_when_what_is_bad_stands_in_a_field_nobody_reads(command: str) -> None:
    line = b'{"id": 1, "kind": "wish", "step": "accept", "start": "2026-07-03", "x": "\xff"}\n'
    found = RUN.invoke(law_app, [command], input=line + json.dumps(GOOD).encode())
    refused, answered = map(json.loads, found.stdout.splitlines())
    assert (found.exit_code, refused["id"], refused["refusal"]["code"], answered["id"]) == (0, None, "bad_json", "q1")


def test_verify_outlives_whatever_its_lines_hold() -> None:
    whole = ask("certificate", COMPLEX)[0]
    lines = ["[" * 100_000, "[]", "", '{"id": "\\ud800"}', '{"id": 1e999}', '{"id": {"\\udfff": NaN}}', "null"]
    *refused, last = ask("verify", *lines, whole)
    assert {(each["id"], each["valid"], each["refusal"]["code"]) for each in refused} == {(None, False, "bad_json")}
    assert (len(refused), last) == (len(lines), {"id": "q2", "valid": True, "error": None})


def test_a_count_that_leaves_the_calendar_names_the_day_it_leaves_by() -> None:
    paused = GOOD | {"suspensions": [{"from": "2026-07-06", "to": "2065-01-01"}]}
    endless = {"id": "q3", "kind": "feedback", "step": "settle", "start": "2026-07-03"}
    endless["facts"] = {"agency_limit": {"limit": 20000, "unit": "calendar"}}
    told = [each["refusal"] for each in ask("due", paused, endless)]
    assert [(each["code"], each["field"]) for each in told] == [("beyond_calendar", "suspensions"), ("beyond_calendar", "start")]
    assert "2065-01-01" in told[0]["message"]
    assert "2026-07-03 + 20000" in told[1]["message"]


def test_a_file_that_is_not_there_is_said_to_be_missing_and_a_dash_is_standard_input() -> None:
    absent = RUN.invoke(law_app, ["due", "nowhere.jsonl"])
    assert absent.exit_code == 2
    assert "nowhere.jsonl" in absent.output
    assert ask("due", GOOD, options=("-",))[0]["due"] == "2026-07-14"
