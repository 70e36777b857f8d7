"""The published jars of Kafka and Zipkin, brought once by Maven into a cache outside the source tree."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from deploy.local.problem import CannotStart

POM: Final = Path(__file__).with_name("pom.xml")
JAVA_AT_LEAST: Final = 17
HOW_JAVA: Final = f"install one (Debian: apt install openjdk-{JAVA_AT_LEAST}-jre-headless) or point JAVA_HOME at it"


def kept() -> Path:
    """Where things that can be fetched again are kept: ``$XDG_CACHE_HOME/dannguyen``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dannguyen"


def java() -> str:
    """The ``java`` to run: that of ``JAVA_HOME``, else the one on the path. Raises CannotStart when there is none new enough."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    if program is None:
        where = f"in JAVA_HOME ({home})" if home else "on this machine"
        raise CannotStart(f"Kafka needs Java {JAVA_AT_LEAST} or newer and there is none {where}: {HOW_JAVA}.")
    found = re.search(r'version "(?:1\.)?(\d+)', version_of(program))
    if found is None or int(found[1]) < JAVA_AT_LEAST:
        version = found[1] if found else "of an unknown version"
        raise CannotStart(f"Kafka needs Java {JAVA_AT_LEAST} or newer; {program} is {version}: {HOW_JAVA}.")
    return program


@cache
def version_of(program: str) -> str:
    """All that a ``java`` says about itself."""
    return subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr


def folder() -> Path:
    """Where the jars named by ``pom.xml`` are or will be; a changed pom gets a folder of its own."""
    return kept() / f"jars-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process at a time through; the others wait."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(into: Path) -> None:
    """Run Maven on the pom, its checksums checked strictly."""
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotStart("Kafka and Zipkin come as jars by Maven and mvn is not on this machine: install it (Debian: apt install maven).")
    how = ["--quiet", "--batch-mode", "--strict-checksums", "-Dstyle.color=never"]
    command = [maven, *how, f"--file={POM}", f"-Djars={into}", "generate-resources"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        reason = next((line for line in done.stdout.splitlines() if "ERROR" in line), done.stdout[-300:]).strip()
        raise CannotStart(f"Maven could not bring the jars of Kafka and Zipkin: {reason}")


def ensure(say: Callable[[str], None] = lambda _: None) -> Path:
    """The folder with ``kafka/*.jar`` and ``zipkin/zipkin.jar``, fetched first if need be; ``say`` hears of it.

    The folder appears whole or not at all. Raises CannotStart when Java, Maven, the network or room on the disk is missing.
    """
    java()
    ready = folder()
    if ready.is_dir():
        return ready
    try:
        ready.parent.mkdir(parents=True, exist_ok=True)
        with alone(ready.with_suffix(".lock")):
            if not ready.is_dir():
                say("Fetching Kafka and Zipkin with Maven, about 175 MB, once …")
                part = ready.with_suffix(".part")
                shutil.rmtree(part, ignore_errors=True)
                _fetch(part)
                part.rename(ready)
    except OSError as error:
        raise CannotStart(f"The jars of Kafka and Zipkin cannot be kept in {ready.parent}: {error.strerror}.") from error
    return ready
