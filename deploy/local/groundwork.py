"""What must stand before the first service: keys, tables, topics. ``python -m deploy.local.groundwork``, safe to repeat.

One process does all three and begins while the broker still starts, because on two cores the imports are what a start costs.
"""

import asyncio
import sys
import time
from typing import Final

from deploy.local import kafka as broker
from runtime import auth, kafka, migrate
from runtime.settings import SERVICES, KafkaSettings, Settings, home
from runtime.stop import CannotGoOn

PATIENCE_S: Final = 60.0


def wait_for(settings: KafkaSettings) -> None:
    """Return when the broker answers, or after a minute: the attempt that follows tells better what is wrong."""
    end = time.monotonic() + PATIENCE_S
    while settings.protocol == "PLAINTEXT" and not broker.is_ready(settings.bootstrap) and time.monotonic() < end:
        time.sleep(0.1)


def main() -> None:
    """Make what is missing and say so."""
    print(f"keys: {auth.make_keys(home())}")
    for service in SERVICES:
        print(f"tables of {service}: {', '.join(migrate.upgrade(Settings.read(service).database_url, service))}")
    settings = KafkaSettings.read()
    wait_for(settings)
    made = asyncio.run(kafka.create_topics(settings))
    print(f"topics: {', '.join(made) if made else 'all there'}")


if __name__ == "__main__":
    try:
        main()
    except CannotGoOn as problem:
        sys.exit(str(problem))
