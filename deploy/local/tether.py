"""Turns itself into another program that ends when its parent ends: ``python -I -S tether.py PARENT SIGNAL USER PROGRAM [ARGUMENT …]``.

The kernel sends ``SIGNAL`` when the process ``PARENT`` dies, however it dies, so a killed supervisor leaves no orphan
(Linux; elsewhere the next start finds leftovers by their recorded pids). ``USER`` (``-`` for none) is whom to become
first. The order matters: Linux forgets the signal when a process changes its user. ``PROGRAM`` is a full path, and
nothing is imported late: the new user may be unable to reach Python's own files.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def become(user: str) -> None:
    """Give up root for ``user``, with that user's groups and home."""
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ.update(HOME=entry.pw_dir, USER=user, LOGNAME=user)


def main() -> None:
    """Bind this process to its parent, then become the program."""
    parent, signal, user, *program = sys.argv[1:]
    if user != "-":
        become(user)
        os.chdir("/")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent ended before this process began")
    try:
        os.execv(program[0], program)
    except OSError as error:
        sys.exit(f"{program[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main()
