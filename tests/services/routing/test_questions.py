import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import typer
from typer.testing import CliRunner

from law import commands as law_commands
from services.routing import commands, questions, schema

KNOWN = date(2026, 11, 22)
APP = typer.Typer()
law_commands.register(APP)
commands.register(APP)

TO_DO = questions.reader(questions.WhatToDo, questions.what_to_do, KNOWN)
WHO = questions.reader(questions.WhoSettles, questions.competent, KNOWN)
NEXT = questions.reader(questions.WhatNext, questions.what_next, KNOWN)


def ask(read: Any, **question: Any) -> Any:
    return msgspec.json.decode(read(msgspec.json.encode(question)))


def test_a_misdirected_denunciation_is_forwarded_within_five_working_days():
    found = ask(TO_DO, id="q1", date="2026-07-03", kind="denunciation", own=False)
    assert found["id"] == "q1"
    assert (found["action"], found["rule"], found["within"], found["grade"]) == ("forward", "XLD-11", {"limit": 5, "unit": "working"}, "A")


@pytest.mark.parametrize(
    ("on", "within"), [("2026-06-30", {"limit": 10, "unit": "calendar"}), ("2026-07-01", {"limit": 7, "unit": "working"})]
)
def test_the_limit_of_acceptance_is_that_of_the_day(on: str, within: dict[str, object]):
    assert ask(TO_DO, date=on, kind="complaint")["within"] == within


def test_the_unit_adds_the_body_with_its_name_of_that_day():
    asked = {"kind": "complaint", "author": "commune_chair", "unit": "25270"}
    assert ask(WHO, date="2026-04-29", **asked)["agency"] == {"code": "UBND-25270", "name": "Ủy ban nhân dân xã Lộc Ninh"}
    assert ask(WHO, date="2026-07-30", **asked)["agency"] == {"code": "UBND-25270", "name": "Ủy ban nhân dân phường Lộc Ninh"}


def test_a_field_the_forms_do_not_know_is_answered_as_other_with_a_warning():
    found = ask(WHO, date="2026-07-03", kind="denunciation", branch="state_management", field="fireworks")
    assert (found["first"], found["warnings"]) == ("provincial_agency_head", ["unknown_field"])


def test_a_denunciation_names_its_branch_and_who_is_denounced():
    found = ask(WHO, date="2026-07-03", kind="denunciation", branch="public_duty", against="commune_chair")
    assert (found["first"], found["second"], found["then"]) == ("provincial_chair", None, None)


@pytest.mark.parametrize(
    ("question", "code", "field"),
    [
        ({"date": "2026-07-03", "kind": "plea", "author": "minister"}, "unknown_kind", "kind"),
        ({"date": "2026-07-03", "kind": "complaint", "author": "emperor"}, "unknown_role", "author"),
        ({"date": "2025-06-30", "kind": "complaint", "author": "commune_chair"}, "no_rule_in_force", "date"),
        ({"kind": "complaint", "author": "minister"}, "bad_date", "date"),
        ({"date": "3 July", "kind": "complaint", "author": "minister"}, "bad_date", "date"),
        ({"date": "2026-07-03", "kind": "complaint", "author": "minister", "unit": "99999"}, "unknown_unit", "unit"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_by_its_field(question: dict[str, object], code: str, field: str):
    found = ask(WHO, id=7, **question)
    assert found["id"] == 7
    assert (found["refusal"]["code"], found["refusal"]["field"]) == (code, field)


@pytest.mark.parametrize("line", [b"", b"nonsense", b"[1]", b"\xff\xfe", b"3"])
def test_a_line_that_is_no_object_is_bad_json(line: bytes):
    found = msgspec.json.decode(TO_DO(line))
    assert (found["id"], found["refusal"]["code"]) == (None, "bad_json")


@pytest.mark.parametrize(
    ("read", "code", "field"), [(TO_DO, "bad_date", "date"), (WHO, "bad_date", "date"), (NEXT, "unknown_kind", "kind")]
)
def test_an_object_without_anything_in_it_is_asked_for_its_first_field(read: Any, code: str, field: str):
    told = ask(read)["refusal"]
    assert (told["code"], told["field"]) == (code, field)


def test_a_missing_fact_is_false_and_null_is_missing():
    asked = {"id": 1, "date": "2026-07-03", "kind": "complaint"}
    nulls = dict.fromkeys(("own", "source", "anonymous", "signatories", "as_of_law"))
    assert ask(TO_DO, **asked, **nulls) == ask(TO_DO, **asked)


def test_a_ministry_or_department_is_named_only_when_the_field_is_told():
    asked = {"date": "2026-07-03", "kind": "complaint", "author": "provincial_agency_head", "unit": "80"}
    untold = ask(WHO, **asked)
    assert (untold["agency"], untold["second_agency"]["code"], untold["warnings"]) == (None, "UBND-80", [])
    assert ask(WHO, **asked, field="land_housing")["agency"]["code"] == "SNNMT-80"


def test_a_history_of_an_unknown_kind_is_refused_as_such():
    told = ask(NEXT, id=1, kind="plea", facts=[{"type": "lodged", "at": "2026-07-03"}])
    assert (told["refusal"]["code"], told["refusal"]["field"]) == ("unknown_kind", "kind")


def test_a_history_tells_what_may_be_done_next_and_why_not():
    facts = [
        {"type": "PetitionLodged", "at": "2026-07-03", "received_by": "UBND-05518"},
        {"type": "petition.classified", "at": "2026-07-03"},
        {"type": "accept", "at": "2026-07-06"},
    ]
    found = ask(NEXT, id=1, kind="complaint", facts=facts, ask="extend")
    assert (found["status"], found["holder"]) == ("accepted", "UBND-05518")
    steps = {step["move"]: step for step in found["steps"]}
    assert (steps["settle"]["within"], steps["settle"]["by"]) == ("2026-08-05", "UBND-05518")
    assert found["asked"]["refusal"]["code"] == "move_not_for_kind"


def test_a_history_may_name_its_facts_shortly():
    found = ask(
        NEXT,
        kind="denunciation",
        facts=[{"type": "lodged", "at": "2026-07-03"}, {"type": "accepted", "at": "2026-07-06"}, {"type": "suspended", "at": "2026-07-08"}],
    )
    assert found["status"] == "suspended"
    assert {"resume", "terminate"} <= {step["move"] for step in found["steps"]}


def test_a_letter_that_only_came_is_first_classified_by_the_body_that_received_it_within_the_term_of_acceptance():
    lodged = [{"type": "lodged", "at": "2026-07-03", "received_by": "UBND-05518"}]
    found = ask(NEXT, kind="complaint", facts=lodged, ask="classify")
    assert [(step["move"], step["by"], step["within"]) for step in found["steps"]] == [("classify", "UBND-05518", "2026-07-14")]
    assert found["asked"] == {"move": "classify", "allowed": True, "refusal": None}
    assert not ask(NEXT, kind="complaint", facts=lodged, ask="accept")["asked"]["allowed"]


def test_a_complaint_of_another_body_is_guided_and_not_forwarded_while_no_basis_is_switched_on():
    axes = {"competence": "not_own", "source": "reception_desk"}
    facts = [{"type": "lodged", "at": "2026-07-03", "axes": axes}, {"type": "classified", "at": "2026-07-03", "axes": axes}]
    found = ask(NEXT, kind="complaint", facts=facts, ask="forward")
    moves = {step["move"] for step in found["steps"]}
    assert ("guide" in moves, "forward" in moves) == (True, False)
    assert (found["asked"]["allowed"], found["asked"]["refusal"]["code"]) == (False, "complaint_not_forwarded")
    assert ask(NEXT, kind="denunciation", facts=facts, ask="forward")["asked"]["allowed"]


def test_a_history_need_not_say_what_the_case_knows():
    facts = [{"type": "lodged", "at": "2026-07-01"}, {"type": "accepted", "at": "2026-07-03"}]
    facts += [{"type": "mark_complex", "at": "2026-07-06", "criteria": ["many_places", "many_people"]}]
    facts += [{"type": "extended", "at": "2026-07-30"}, {"type": "extended", "at": "2026-08-28"}]
    found = ask(NEXT, kind="denunciation", facts=facts, ask="extend")
    assert {clock["step"]: clock["due"] for clock in found["clocks"]}["settle"] == "2026-10-01"
    assert not found["asked"]["allowed"]
    for move in ("urge", "guide", "return"):
        assert "refusal" not in ask(NEXT, kind="complaint", facts=[*facts[:1], {"type": move, "at": "2026-07-08"}])


@pytest.mark.parametrize(
    ("facts", "code"),
    [([], "bad_fact"), ([{"type": "sneezed", "at": "2026-07-03"}], "bad_fact"), ([{"type": "lodged", "at": "soon"}], "bad_date")],
)
def test_a_history_that_cannot_be_read_is_refused(facts: list[object], code: str):
    assert ask(NEXT, kind="complaint", facts=facts)["refusal"]["code"] == code


def test_the_command_line_answers_line_by_line():
    lines = '{"id":"a","date":"2026-07-03","kind":"mixed"}\n{"id":"b"\n{"id":"c","date":"2026-07-03","kind":"feedback","own":false}\n'
    found = CliRunner().invoke(APP, ["law", "action", "--json"], input=lines)
    assert found.exit_code == 0
    told = [msgspec.json.decode(line) for line in found.stdout.splitlines()]
    assert [(one["id"], one.get("action")) for one in told] == [("a", "split"), (None, None), ("c", "forward")]


def test_roles_and_differences_are_told():
    roles = CliRunner().invoke(APP, ["law", "roles", "--json"]).stdout.splitlines()
    assert {"commune_chair", "home_affairs_minister"} <= {msgspec.json.decode(line)["role"] for line in roles}
    told = CliRunner().invoke(APP, ["law", "diff", "--from", "2025-06-30", "--to", "2025-07-01", "--json"]).stdout.splitlines()
    assert {msgspec.json.decode(line)["author"] for line in told} == {
        "commune_chair",
        "commune_vice_chair",
        "commune_unit_head",
        "commune_official",
        "regional_procuracy",
        "regional_court",
    }


def on_a_terminal(name: str, line: str) -> str:
    """What ``dannguyen law NAME`` shows to a person who asks one question."""
    seen, shown = pty.openpty()
    dannguyen = Path(sys.executable).with_name("dannguyen")
    subprocess.run([dannguyen, "law", name], input=line.encode(), stdout=shown, check=True, timeout=60)
    os.close(shown)
    return os.read(seen, 65536).decode()


def test_a_person_reads_titles_and_what_to_beware_of():
    lines = {
        "competent": '{"date": "2026-03-03", "kind": "complaint", "author": "commune_chair"}',
        "action": '{"date": "2026-07-03", "kind": "complaint", "own": false}',
        "next-steps": '{"kind": "complaint", "facts": [{"type": "lodged", "at": "2026-07-03"}], "ask": "accept"}',
    }
    told = {name: on_a_terminal(name, line) for name, line in lines.items()}
    assert "Độ chắc chắn M: cần xác nhận. Lưu ý: K3: thẩm quyền" in told["competent"]
    assert "Lưu ý: K1: thông tư nói hướng dẫn" in told["action"]
    assert "- phân loại đơn (classify), chậm nhất ngày 14/07/2026" in told["next-steps"]
    assert "Luật Khiếu nại, Điều 27" in told["next-steps"]
    assert "Không được thụ lý" in told["next-steps"]
    told_diff = CliRunner().invoke(APP, ["law", "diff", "--from", "2025-06-30", "--to", "2025-07-01"]).output
    assert (
        "khiếu nại, Chủ tịch Ủy ban nhân dân cấp xã: –  ⇒  Chủ tịch Ủy ban nhân dân cấp xã → Chủ tịch Ủy ban nhân dân cấp tỉnh" in told_diff
    )


def test_law_check_proves_these_tables_too():
    assert commands.checked() == []
    assert commands.checked in law_commands.CHECKS


def test_questions_and_answers_fit_the_committed_schemas():
    kept = {name: json.loads((schema.FOLDER / f"{name}.json").read_text("utf-8")) for name in schema.documents()}
    assert kept == schema.documents()
    asked = {
        "action": (TO_DO, {"id": 1, "date": "2026-07-03", "kind": "denunciation", "own": False}),
        "competent": (WHO, {"id": 1, "date": "2026-07-03", "kind": "complaint", "author": "commune_chair", "unit": "05518"}),
        "next-steps": (NEXT, {"id": 1, "kind": "complaint", "facts": [{"type": "lodged", "at": "2026-07-03"}], "ask": "settle"}),
    }
    for name, (read, question) in asked.items():
        jsonschema.validate(question, kept[f"{name}.question"])
        jsonschema.validate(ask(read, **question), kept[f"{name}.answer"])
        jsonschema.validate(ask(read, id=2, kind="complaint", facts=[], date="never"), kept[f"{name}.answer"])
