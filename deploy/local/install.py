"""Makes ``.venv`` from the hashed locks: ``python3 deploy/local/install.py run|local|dev``. Needs nothing but Python itself.

``run`` is what a platform needs, ``local`` adds PostgreSQL's wheel, ``dev`` everything the tests need. A level that is
there already, made from the same locks, costs one look at a stamp.
"""

from __future__ import annotations  # an old Python shall get as far as saying that it is old

import hashlib
import os
import subprocess
import sys
import time

AT_LEAST = (3, 11)
LEVELS = ("run", "local", "dev")
VENV = ".venv"


def stamp(level: str) -> str:
    """The file that tells from which locks a level was made."""
    return os.path.join(VENV, level + ".stamp")


def fingerprint(level: str) -> str:
    """Changes with the lock and the project's description."""
    digest = hashlib.sha256()
    for name in (os.path.join("requirements", level + ".lock"), "pyproject.toml"):
        with open(name, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def is_there(level: str) -> bool:
    """Whether the environment holds this level, made from the locks as they are."""
    try:
        with open(stamp(level)) as file:
            return file.read() == fingerprint(level) and os.path.exists(python())
    except OSError:
        return False


def python() -> str:
    """The environment's own Python."""
    return os.path.join(VENV, "bin", "python")


def run(what: str, command: list[str]) -> None:
    """Run quietly, saying every five seconds that it still runs; stop here with its last words when it fails."""
    began = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    while True:
        try:
            said, _ = process.communicate(timeout=5)
            break
        except subprocess.TimeoutExpired:
            print(f"… {what} ({time.time() - began:.0f} s)", flush=True)
    if process.returncode:
        sys.exit("{} failed:\n{}".format(what, "\n".join(said.strip().splitlines()[-15:])))


def create() -> None:
    """Make the environment, or take the one that is there."""
    if not os.path.exists(python()):
        run("Making " + VENV, [sys.executable, "-m", "venv", "--without-pip", VENV])
    if subprocess.call([python(), "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        try:
            import ensurepip  # noqa: F401
        except ImportError:
            sys.exit("This Python cannot make virtual environments: install its venv package (Debian: apt install python3-venv).")
        run("Putting pip into " + VENV, [python(), "-m", "ensurepip", "--upgrade"])


def install(level: str) -> None:
    """Install a level's packages, each checked against its hash, then the project itself as it lies here."""
    print(f"Installing the Python packages of requirements/{level}.lock into {VENV}, once …", flush=True)
    pip = [python(), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    lock = os.path.join("requirements", level + ".lock")
    run("Installing packages", [*pip, "--require-hashes", "-r", lock])
    run("Installing the project", [*pip, "--no-deps", "--no-build-isolation", "--editable", "."])


def main(level: str) -> None:
    """Bring the environment to ``level``."""
    if sys.version_info < AT_LEAST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        sys.exit(f"This needs Python 3.11 or newer and {sys.executable} is {found}: name another with make PYTHON=python3.12 …")
    if level not in LEVELS:
        sys.exit("Levels: " + " ".join(LEVELS))
    higher = LEVELS[LEVELS.index(level) :]
    if not any(is_there(one) for one in higher):
        try:
            create()
            install(level)
        except OSError as error:
            sys.exit(f"{VENV} cannot be made: {error.strerror} ({error.filename})")
    with open(stamp(level), "w") as file:
        file.write(fingerprint(level))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
