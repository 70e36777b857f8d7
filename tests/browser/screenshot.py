"""Makes the picture in the README from a real run: ``python -m tests.browser.screenshot``."""

import asyncio
import os
import tempfile
from pathlib import Path

from tests.browser import trace
from tests.journeys.world import World

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "trace.png"


def main() -> None:
    """Start a platform, lodge a complaint, take the picture of its trace, end the platform."""
    running = os.environ.get("JOURNEYS_HOME")
    with tempfile.TemporaryDirectory(prefix="dannguyen-picture-") as folder:
        world = World(Path(running), {}).found() if running else World.start(Path(folder) / "run")
        try:
            asyncio.run(trace.shown(world, trace.lodged(world), PICTURE))
        finally:
            if not running:
                world.stop()
    print(PICTURE)


if __name__ == "__main__":
    main()
