"""The project as its own files tell it: what is tracked, which settings are read, which commands exist."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer

from runtime import cli
from runtime.settings import SERVICES

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "law", "runtime", "services", "gateway", "deploy")
_SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*(__)?")
_NOT_OURS = {"SUDO_USER"}
"""Read to find an unprivileged account; nobody sets it for us."""


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def text_of(path: Path) -> str:
    """A file's text; empty for pictures and other bytes."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def settings() -> frozenset[str]:
    """Every environment variable that the code reads; one a service under its pattern, such as ``DATABASE_URL__<SERVICE>``."""
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found = {name for module in modules for name in _read(ast.parse(text_of(module)))}
    return frozenset(_patterned(name) for name in found if _SETTING.fullmatch(name) and name not in _NOT_OURS)


def _patterned(name: str) -> str:
    for service in SERVICES:
        name = name.removesuffix(service.upper())
    return f"{name}<SERVICE>" if name.endswith("__") else name


def _read(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=source, attr="get"), args=[name, *_]) | ast.Subscript(value=source, slice=name):
                if "env" in ast.unparse(source):
                    yield from _named(name)
            case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[source]) if "environ" in ast.unparse(source):
                yield from _named(name)
            case ast.Assign(targets=[ast.Name(id=variable)], value=name) | ast.AnnAssign(target=ast.Name(id=variable), value=name):
                if variable.endswith("_VARIABLE") and name is not None:
                    yield from _named(name)


def _named(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), *_]):
            yield prefix


@cache
def commands() -> dict[str, Any]:
    """Every command of ``dannguyen`` by its words."""
    return dict(_under(typer.main.get_command(cli.build()), ""))


def _under(command: Any, words: str) -> Iterator[tuple[str, Any]]:
    for name, one in getattr(command, "commands", {}).items():
        yield from _under(one, f"{words} {name}".strip())
    if words and not hasattr(command, "commands"):
        yield words, command
