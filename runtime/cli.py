"""The frame of the command line ``dannguyen``.

Each package brings its own commands: an entry point ``dannguyen.commands`` names a command and the module whose
``register(app)`` adds it. Only the module of the command asked for is loaded, so that every command starts at once.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import typer

from contracts.errors import Refusal
from runtime.stop import CannotGoOn

_HELP = "Dân Nguyện: nền tảng tiếp nhận và giải quyết đơn thư của công dân."


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line: what the first argument needs, or everything when it names no command (``--help``)."""
    app = typer.Typer(name="dannguyen", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False)
    points = sorted(entry_points(group="dannguyen.commands"), key=lambda point: point.name)
    asked = [point for point in points if arguments and point.name.partition(".")[0] == arguments[0]]
    registered: set[str] = set()
    for point in asked or points:
        if point.module not in registered:
            registered.add(point.module)
            point.load().register(app)
    return app


def main() -> None:
    """Run; what stands in the way is one sentence on standard error and exit code 1, or 2 when the wish itself makes no sense."""
    try:
        build(sys.argv[1:])()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.message}\n{refusal.message_en}\n")
        raise SystemExit(1) from refusal
    except CannotGoOn as problem:
        sys.stderr.write(f"{problem}\n")
        raise SystemExit(problem.code) from problem


if __name__ == "__main__":
    main()
