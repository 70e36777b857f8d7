"""Logs: one line a fact, the same facts as text and as fields; JSON when the output is no terminal or when asked."""

import logging
import os
import sys
import traceback
from typing import Any

import msgspec

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class Fields(logging.Formatter):
    """``time level logger message key=value …`` or the same as one JSON object a line."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.as_json = as_json

    def formatException(self, ei: Any) -> str:
        """Where it failed and the type of failure, without its message: messages of drivers repeat the values they refuse."""
        kind, _, place = ei
        frames = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(place)]
        return f"{getattr(kind, '__name__', kind)} at " + " < ".join(reversed(frames))

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {name: value for name, value in vars(record).items() if name not in _OWN and not name.startswith("_")}
        if not self.as_json:
            return " ".join([super().format(record), *(f"{name}={value}" for name, value in fields.items())])
        base = {
            "at": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            base["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode({**base, **fields}, enc_hook=str).decode()


def start(level: str) -> None:
    """Send the process's logs to standard error (``DANNGUYEN_LOG_JSON=1`` for JSON lines)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Fields(as_json=os.environ.get("DANNGUYEN_LOG_JSON", "") == "1"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("faststream", "uvicorn.access", "httpx", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # While Kafka is away its client complains hundreds of times a second; reader and relay say so themselves, with back-off.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
