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
from runtime.auth import issue, make_agency_key, make_keys
from runtime.settings import address_of, home


def register(app: typer.Typer) -> None:
    """Add intake's commands."""
    app.command("import")(import_letters)
    app.command("agency-key")(agency_key)


def agency_key(code: Annotated[str, typer.Argument(help="code of the agency")]) -> None:
    """Make the key pair of an agency of a local platform, unless it has one, and print the private file."""
    make_keys(home())
    typer.echo(str(make_agency_key(home(), code)))


def import_letters(
    file: Annotated[
        Path, typer.Argument(help="CSV (UTF-8) or XLSX; headings in Vietnamese: docs/agency-client.md", exists=True, dir_okay=False)
    ],
    agency: Annotated[str, typer.Option(help="code of the agency that received the letters")],
    as_json: Annotated[bool, typer.Option("--json", help="the whole report, receipt codes included")] = False,
) -> None:
    """Register the letters of a table; repeating it registers nothing twice. Exits 1 when a row is refused."""
    credential = issue(home() / "keys", Role.OFFICER, agency=agency, officer="local-import", seconds=600)
    answer = httpx.post(
        f"{address_of('intake')}/imports", content=file.read_bytes(), headers={"authorization": f"Bearer {credential}"}, timeout=600
    )
    report = answer.json()
    if answer.status_code >= 400:
        typer.echo(f"{report['detail']}\n{report['detail_en']}", err=True)
        raise typer.Exit(1)
    if as_json:
        json.dump(report, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        _show(report)
    if report["errors"]:
        raise typer.Exit(1)


def _show(report: dict[str, Any]) -> None:
    console = Console()
    console.print(f"{report['rows']} dòng: {report['lodged']} đơn mới, {report['repeated']} đã có, {report['refused']} bị từ chối")
    if report["ignored_columns"]:
        console.print(f"Cột không dùng: {', '.join(report['ignored_columns'])}")
    if report["errors"]:
        table = Table("Dòng", "Cột", "Lỗi")
        for error in report["errors"]:
            table.add_row(str(error["row"]), error["column"], error["problem"])
        console.print(table)
