"""What must stand before the first service: the keys and the topics. ``python -m deploy.local.groundwork``, safe to repeat."""

import asyncio

from runtime import auth, kafka
from runtime.settings import KafkaSettings, home


def main() -> None:
    """Make what is missing and say so."""
    print(f"keys: {auth.make_keys(home())}")
    made = asyncio.run(kafka.create_topics(KafkaSettings.read()))
    print(f"topics: {', '.join(made) if made else 'all there'}")


if __name__ == "__main__":
    main()
