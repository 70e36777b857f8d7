"""Migrations: two lines of revisions in each service's database, the runtime's own tables and the service's.

The service's revisions stand in ``services/<name>/migrations/`` (``gateway/migrations/``); both run by Alembic.
"""

import os
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from runtime.database import Database
from runtime.stop import CannotGoOn

if TYPE_CHECKING:
    from alembic.config import Config

_HERE: Final = Path(str(files("runtime.migrate")))
_LINES: Final = ("runtime", "service")


def folder_of(service: str) -> Path:
    """Where a service keeps its revisions."""
    package = "gateway" if service == "gateway" else f"services.{service}"
    return Path(str(files(package))) / "migrations"


def metadata_of(service: str) -> sa.MetaData:
    """The tables a service declares."""
    package = "gateway" if service == "gateway" else f"services.{service}"
    base: Any = import_module(f"{package}.models").Base
    found: sa.MetaData = base.metadata
    return found


def _folder(line: str, service: str) -> Path:
    return _HERE / "versions" if line == "runtime" else folder_of(service)


def _config(line: str, service: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(_folder(line, service)))
    config.attributes["version_table"] = f"alembic_version_{line}"
    return config


def _head(line: str, service: str) -> str | None:
    """The newest revision: a file is called after its number. Alembic itself is not asked, so that a service starts without it."""
    return max((path.name[:4] for path in _folder(line, service).glob("[0-9][0-9][0-9][0-9]_*.py")), default=None)


def upgrade(url: str, service: str) -> list[str]:
    """Bring a database to the newest revisions; returns what was at hand. Safe to repeat. One process at a time. Raises CannotGoOn."""
    if url.startswith("sqlite:///"):
        from runtime.sqlite import hold_writer_lock

        path = url.removeprefix("sqlite:///")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        held = hold_writer_lock(path)
        try:
            return _upgrade(url, service)
        finally:
            os.close(held)
    try:
        return _upgrade(url, service)
    except (OSError, sa.exc.OperationalError) as silent:
        raise CannotGoOn(f"The database of {service} does not answer (DATABASE_URL__{service.upper()}); nothing was changed.") from silent


def _upgrade(url: str, service: str) -> list[str]:
    from alembic import command

    for line in _LINES:
        config = _config(line, service)
        config.attributes["url"] = url
        config.attributes["target_metadata"] = metadata_of(service) if line == "service" else None
        command.upgrade(config, "head")
    return [f"{line} {_head(line, service)}" for line in _LINES]


def make(url: str, service: str, message: str) -> str:
    """Write a new revision from the difference between the models and an up-to-date database."""
    from alembic import command

    config = _config("service", service)
    config.attributes["url"] = url
    config.attributes["target_metadata"] = metadata_of(service)
    count = len(list(folder_of(service).glob("[0-9]*.py")))
    made = command.revision(config, message, autogenerate=True, version_path=str(folder_of(service)), rev_id=f"{count + 1:04d}")
    return str(made.path) if made is not None and not isinstance(made, list) else ""


async def pending(database: Database, service: str) -> list[str]:
    """The revisions that a database lacks."""
    missing = []
    for line in _LINES:
        head = _head(line, service)
        try:
            found = await database.raw(f"SELECT version_num FROM alembic_version_{line}")
        except Exception:
            found = []
        if head is not None and (not found or found[0][0] != head):
            missing.append(f"{line} revision {head}")
    return missing
