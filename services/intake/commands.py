"""Intake's commands: letters from a table, and a key pair for a local agency."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from contracts.vocabulary import Role
from law import bodies
from runtime.auth import issue, make_agency_key, make_keys
from runtime.settings import address_of, home


def register(app: typer.Typer) -> None:
    """Add intake's commands."""
    app.command("import")(import_letters)
    app.command("agency-key")(agency_key)


def agency_key(code: Annotated[str, typer.Argument(help="code of the agency")]) -> None:
    """Make the key pair of an agency of a local platform, unless it has one, and print the private file. Exits 2 for no known body."""
    if bodies.body(code) is None:
        typer.echo("Không có cơ quan với mã này; mã có dạng UBND-05518. · There is no body with that code.", err=True)
        raise typer.Exit(2)
    make_keys(home())
    typer.echo(str(make_agency_key(home(), code)))


def import_letters(
    file: Annotated[
        Path, typer.Argument(help="CSV (UTF-8) or XLSX; headings in Vietnamese: docs/agency-client.md", exists=True, dir_okay=False)
    ],
    agency: Annotated[str, typer.Option(help="code of the agency that received the letters")],
    as_json: Annotated[bool, typer.Option("--json", help="the whole report, for programs")] = False,
) -> None:
    """Register the letters of a table; repeating it registers nothing twice. Exits 1 when a row is refused."""
    report = _sent(file.read_bytes(), agency)
    if as_json:
        json.dump(report, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        _show(report)
    if report["errors"]:
        raise typer.Exit(1)


def _sent(table: bytes, agency: str) -> dict[str, Any]:
    """Intake's report on the table. What keeps it from one ends the program with a sentence."""
    credential = issue(home() / "keys", Role.OFFICER, agency=agency, officer="local-import", seconds=600)
    address = address_of("intake")
    try:
        answer = httpx.post(f"{address}/imports", content=table, headers={"authorization": f"Bearer {credential}"}, timeout=600)
        report: dict[str, Any] = answer.json()
    except (httpx.TransportError, ValueError):
        typer.echo(f"intake không trả lời ở {address} · does not answer; `make run` starts it. Nhập lại tệp không đăng ký trùng.", err=True)
        raise typer.Exit(1) from None
    if answer.status_code >= 400:
        typer.echo(f"{report['detail']}\n{report['detail_en']}", err=True)
        raise typer.Exit(1)
    return report


def _show(report: dict[str, Any]) -> None:
    typer.echo(f"{report['rows']} dòng: {report['lodged']} đơn mới, {report['repeated']} đã có, {report['refused']} bị từ chối")
    for result in report["results"]:
        typer.echo(f"Dòng {result['row']}: {result['code'] or result['number']} ({'đơn mới' if result['is_new'] else 'đã có'})")
    if report["ignored_columns"]:
        typer.echo(f"Cột không dùng: {', '.join(report['ignored_columns'])}")
    if report["errors"]:
        table = Table("Dòng", "Cột", "Lỗi")
        for error in report["errors"]:
            table.add_row(str(error["row"]), error["column"], error["problem"])
        Console().print(table)
