"""Answers questions about figures, and signs reports off. Whose figures a caller may know, ``law.sight`` says.

    GET  /counts                      letters by agency, kind, status, month of receipt and timing
    GET  /reports                     the reports an agency signed off
    GET  /reports/{form}              a form for a period, as JSON or CSV (``format=csv``)
    POST /reports/{form}/publish      sign it off
"""

from collections import Counter
from datetime import date
from typing import Final

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from contracts.errors import Invalid, NotAllowed, Refusal
from contracts.petitions import AgencyCode
from contracts.vocabulary import Role, Status
from law import sight
from runtime import problems
from runtime.auth import Caller
from runtime.http import Command, query, reply, run_forms
from runtime.service import Service
from runtime.work import Load, Work, needs
from services.reporting import export, forms, reference, rules, store
from services.reporting.ledger import Timing
from services.reporting.models import Report

READERS: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.OPERATOR})
CELL: Final = ("agency", "kind", "status", "period", "timing")


class Asked(msgspec.Struct, frozen=True):
    """Which form, of which bodies (none named: all), for which period; both ends included."""

    form: str
    agencies: list[str]
    from_on: date
    to_on: date


class PublishForm(msgspec.Struct, frozen=True, rename={"from_on": "from", "to_on": "to"}):
    """Whose report is signed off, and its period; both ends included."""

    agency: AgencyCode
    from_on: date
    to_on: date


@query("GET", "/counts", roles=READERS)
async def count_letters(request: Request, caller: Caller, service: Service) -> dict[str, object]:
    """How many letters there are, by the parts of a cell named in ``by``; each letter stands under the body that holds it.

    Filters: ``agency``, ``kind``, ``status`` (repeatable), ``from`` and ``to`` (months of receipt, ``2026-07``).
    """
    asked = request.query_params
    by = asked.get("by", ",".join(CELL)).split(",")
    if unknown := set(by) - set(CELL):
        raise Invalid("invalid_form", field="by", where="by", problem=", ".join(sorted(unknown)))
    wanted = {name: set(asked.getlist(name)) for name in CELL[:3]} | {"agency": set(_within(caller, asked.getlist("agency")))}
    cells: Counter[tuple[str, ...]] = Counter()
    timings: Counter[str] = Counter()
    for *values, n in await service.db.rows(store.COUNTS):
        cell = dict(zip(CELL, map(str, values), strict=True))
        is_wanted = all(not allowed or cell[name] in allowed for name, allowed in wanted.items())
        if is_wanted and asked.get("from", "") <= cell["period"] <= asked.get("to", "9999"):
            cells[tuple(cell[name] for name in by)] += n
            if cell["status"] == Status.SETTLED:
                timings[cell["timing"]] += n
    return {
        "total": sum(cells.values()),
        "settled": {"on_time": timings[Timing.ON_TIME], "late": timings[Timing.LATE]},
        "counts": [{**dict(zip(by, key, strict=True)), "n": n} for key, n in sorted(cells.items()) if n],
    }


@query("GET", "/reports", roles=READERS)
async def list_reports(request: Request, caller: Caller, service: Service) -> list[dict[str, object]]:
    """The reports that ``agency`` signed off, the latest first."""
    (agency,) = _within(caller, [_needed(request.query_params, "agency")])
    found = await service.db.rows(store.REPORTS_OF, agency=agency)
    names = ("report_id", "form", "from", "to", "version", "published_on", "columns")
    return [dict(zip(names, line, strict=True)) for line in found]


@query("GET", "/reports/{form:path}", roles=READERS)
async def show_report(request: Request, caller: Caller, service: Service) -> Response | dict[str, object]:
    """A form with the figures as the log has them now, of the bodies named; of all that the caller may know when none is."""
    asked = _asked(request)
    asked = msgspec.structs.replace(asked, agencies=_within(caller, asked.agencies))
    form, filled = await _filled(service, asked)
    if request.query_params.get("format") == "csv":
        table = export.as_csv(form, filled, asked.agencies, asked.from_on, asked.to_on)
        return Response(table, media_type="text/csv; charset=utf-8")
    return export.as_json(form, filled, asked.agencies, asked.from_on, asked.to_on)


def _within(caller: Caller, named: list[str]) -> list[str]:
    """The bodies asked about, or all that the caller may know of when none is named; an empty list means every body there is.

    Raises NotAllowed for a body whose figures the caller may not know.
    """
    known = sight.figures_of(caller.role, caller.agency)
    if known is None:
        return named
    if not known or not known.issuperset(named):
        raise NotAllowed("figures_not_allowed", agency=caller.agency or "–")
    return named or sorted(known)


def sign(signed: rules.Signed, caller: Caller, work: Work) -> dict[str, object]:
    """Keep the figures as signed and state the report; an officer signs for the own body only."""
    caller.must_act_for(signed.agency)
    earlier = work.get(Report, signed.case_id)
    fact = rules.publish(signed, earlier.columns if earlier else None, work.today)
    version_no = earlier.version_no + 1 if earlier else 1
    work.save(
        Report(
            report_id=signed.case_id,
            form=signed.form,
            agency=signed.agency,
            from_on=signed.from_on,
            to_on=signed.to_on,
            version_no=version_no,
            published_on=work.today,
            columns=signed.columns,
        )
    )
    work.emit(fact)
    return {"report_id": signed.case_id, "version": version_no, "columns": signed.columns}


PUBLISH: Final = Command(
    method="POST",
    path="/reports/{form}/publish",
    run=sign,
    form=rules.Signed,
    loads=needs([Load(Report, by="case_id")]),
    roles=frozenset({Role.OFFICER}),
    batch=None,
    headers={},
    cases=lambda signed: [signed.case_id],
    status=201,
    max_body=1 << 16,
)


@query("POST", "/reports/{form:path}/publish", roles=PUBLISH.roles)
async def publish_report(request: Request, caller: Caller, service: Service) -> Response:
    """Sign off the figures of ``agency`` for the period ``from`` to ``to``; what is signed stays as it was signed."""
    try:
        form = msgspec.json.decode(await request.body(), type=PublishForm)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        place, problem = problems.describe(wrong)
        raise Invalid("invalid_form", field=place or None, where=place or "$", problem=problem) from wrong
    asked = _period(_form_code(request), [form.agency], form.from_on, form.to_on)
    law, filled = await _filled(service, asked)
    columns = {str(number): value for number, value in filled.columns.items() if value is not None}
    signed = rules.Signed(form=law.code, agency=form.agency, from_on=form.from_on, to_on=form.to_on, columns=columns)
    (answer,) = await run_forms(service, PUBLISH, [signed], caller, request.headers.get("traceparent", ""))
    if isinstance(answer, Refusal):
        raise answer
    return reply(answer, PUBLISH.status)


async def _filled(service: Service, asked: Asked) -> tuple[forms.Form, forms.Filled]:
    form = reference.form_on(asked.form, asked.to_on)
    filled = forms.fill(form.layout, await store.tallies(service.db, asked.agencies, asked.from_on, asked.to_on))
    if wrong := forms.broken(form.layout, filled.columns):
        raise AssertionError(f"form {form.code} does not add up: {', '.join(identity.text for identity in wrong)}")
    return form, filled


def _asked(request: Request) -> Asked:
    given = request.query_params
    try:
        from_on, to_on = date.fromisoformat(_needed(given, "from")), date.fromisoformat(_needed(given, "to"))
    except ValueError as wrong:
        raise Invalid("invalid_form", field="from", where="from, to", problem=str(wrong)) from wrong
    return _period(_form_code(request), given.getlist("agency"), from_on, to_on)


def _period(form: str, agencies: list[str], from_on: date, to_on: date) -> Asked:
    if from_on > to_on:
        raise Invalid("period_reversed", field="from", start=from_on, end=to_on)
    return Asked(form, agencies, from_on, to_on)


def _form_code(request: Request) -> str:
    """The form's code as printed; in a path ``01/XLD`` may also be written ``01-XLD``."""
    return str(request.path_params["form"]).replace("-", "/", 1)


def _needed(given: QueryParams, name: str) -> str:
    if not given.get(name):
        raise Invalid("invalid_form", field=name, where=name, problem="required")
    return str(given[name])
