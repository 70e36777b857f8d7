"""Named places at which a fault campaign may kill the process: ``DANNGUYEN_FAILPOINT=name[:every]``.

Random kills rarely fall between two steps that matter; a fail point always does. Unset, a call costs one dictionary look-up.
"""

import os
import signal
from typing import Final

NAMES: Final = (
    "consumer.before_write",
    "consumer.after_write",
    "command.before_write",
    "command.after_write",
    "relay.before_send",
    "relay.sent_before_mark",
    "relay.after_mark",
)
_countdown: dict[str, int] = {}


def arm(spec: str) -> None:
    """Arm from ``name:n,name:n``; the process dies on the n-th passage of the place."""
    _countdown.clear()
    for part in filter(None, spec.split(",")):
        name, _, count = part.partition(":")
        if name not in NAMES:
            raise ValueError(f"unknown fail point {name!r}; known: {', '.join(NAMES)}")
        _countdown[name] = int(count or 1)


def pass_by(name: str) -> None:
    """Die here by SIGKILL if the place is armed and its count is up."""
    left = _countdown.get(name)
    if left is None:
        return
    if left <= 1:
        os.kill(os.getpid(), signal.SIGKILL)
    _countdown[name] = left - 1


arm(os.environ.get("DANNGUYEN_FAILPOINT", ""))
