"""A platform whose processes are small scripts, run as a program: what the supervisor's tests start, watch and kill.

``python platform_of_scripts.py HOME`` runs ``base`` (answers on a port), ``middle`` and ``top`` (need it), ``stubborn`` (ignores SIGTERM).
"""

import asyncio
import sys
from pathlib import Path

from deploy.local import state as states
from deploy.local.console import Console
from deploy.local.problem import CannotStart
from deploy.local.state import State
from deploy.local.supervisor import Process, Supervisor

STAY = "import time, pathlib; pathlib.Path({file!r}).open('a').write(str(time.time()) + '\\n'); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAY
LATE = "import time, pathlib; time.sleep(0.3); " + STAY


def script(code: str, file: Path) -> list[str]:
    return [sys.executable, "-c", code.format(file=str(file))]


def table(home: Path) -> list[Process]:
    """Three that depend on each other and one that does not listen; each writes a file when it starts."""

    def row(name: str, code: str, needs: tuple[str, ...] = ()) -> Process:
        file = home / f"{name}.started"

        async def is_ready() -> bool:
            return file.exists()

        return Process(name, script(code, file), needs, is_ready)

    return [row("base", LATE), row("middle", LATE, ("base",)), row("top", STAY, ("middle",)), row("stubborn", DEAF)]


def main(home: Path) -> None:
    """Run the table in ``home`` until told to stop."""
    home.mkdir(exist_ok=True)
    (home / "logs").mkdir(exist_ok=True)
    states.end(states.leftovers(home).values(), seconds=1)

    async def run() -> None:
        await Supervisor(table(home), home, State(), Console(home / "logs")).run()

    with states.take(home):
        try:
            asyncio.run(run())
        except CannotStart as problem:
            sys.exit(str(problem))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
