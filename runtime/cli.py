"""The frame of the command line ``dannguyen``; each package brings its own commands (entry points ``dannguyen.commands``)."""

import sys
from importlib.metadata import entry_points

import typer

from contracts.errors import Refusal


def build() -> typer.Typer:
    """The command line with everything that is installed."""
    app = typer.Typer(
        name="dannguyen",
        help="Dân Nguyện: nền tảng tiếp nhận và giải quyết đơn thư của công dân.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for point in sorted(entry_points(group="dannguyen.commands"), key=lambda point: point.name):
        try:
            module = point.load()
        except ModuleNotFoundError as missing:
            if missing.name and point.module.startswith(missing.name):
                continue
            raise
        module.register(app)
    return app


def main() -> None:
    """Run; a refusal is one sentence on standard error and exit code 1."""
    try:
        build()()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.message}\n{refusal.message_en}\n")
        raise SystemExit(1) from refusal


if __name__ == "__main__":
    main()
