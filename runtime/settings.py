"""Everything a process may be told from outside, read from the environment once at start."""

import logging
import os
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from runtime.stop import WrongWish

SERVICES: Final = ("intake", "routing", "supervision", "reporting", "gateway")
PORTS: Final = {
    "gateway": 8080,
    "intake": 8081,
    "routing": 8082,
    "supervision": 8083,
    "reporting": 8084,
    "kafka": 9092,
    "kafka_controller": 9093,
    "zipkin": 9411,
    "postgres": 55432,
}


MODES: Final = ("production", "development")
MOST_PORT: Final = 65_535


def _whole(name: str, told: str | None, default: int, least: int, most: int | None = None) -> int:
    """A setting that is a whole number within bounds. Raises WrongWish."""
    if not told:
        return default
    if not (told.isascii() and told.isdecimal()) or int(told) < least or (most is not None and int(told) > most):
        bounds = f"from {least} to {most}" if most is not None else f"from {least} on"
        raise WrongWish(f"{name} is {told!r}; it must be a whole number {bounds}.")
    return int(told)


def _port(service: str) -> int:
    name = f"PORT__{service.upper()}"
    told = os.environ.get(f"PORT__{service.upper()}")
    return _whole(name, told, port_of(service) if service in PORTS else 0, 0, MOST_PORT)


def _mode() -> str:
    """Development only for who says so in so many words: a misspelt mode must not give development's rights."""
    told = os.environ.get("DANNGUYEN_MODE") or "production"
    if told not in MODES:
        raise WrongWish(f"DANNGUYEN_MODE is {told!r}; it must be production or development.")
    return told


def _ratio() -> float:
    told = os.environ.get("OTEL_TRACES_SAMPLER_ARG") or "1.0"
    try:
        if 0 <= float(told) <= 1:
            return float(told)
    except ValueError:
        pass
    raise WrongWish(f"OTEL_TRACES_SAMPLER_ARG is {told!r}; it must be a number from 0 to 1.")


def _log_level() -> str:
    told = os.environ.get("DANNGUYEN_LOG_LEVEL") or "INFO"
    if told.upper() not in logging.getLevelNamesMapping():
        raise WrongWish(f"DANNGUYEN_LOG_LEVEL is {told!r}; it must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return told


def _database_url(service: str, default: str) -> str:
    """The address of a service's database. A wrong one is not repeated: it may hold a password."""
    name = f"DATABASE_URL__{service.upper()}"
    told = os.environ.get(name) or default
    if not told.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise WrongWish(f"{name} must begin with sqlite:/// or postgresql://.")
    return told


def _bootstrap() -> str:
    told = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or f"127.0.0.1:{port_of('kafka')}"
    for one in told.split(","):
        host, _, port = one.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) <= MOST_PORT:
            raise WrongWish(f"KAFKA_BOOTSTRAP_SERVERS is {told!r}; it must be host:port, several with a comma between them.")
    return told


def _trusted_proxies() -> tuple[str, ...]:
    """Addresses and networks whose ``X-Forwarded-For`` is believed; nobody's unless told."""
    told = tuple(one.strip() for one in os.environ.get("DANNGUYEN_TRUSTED_PROXIES", "").split(",") if one.strip())
    for one in told:
        try:
            ip_network(one)
        except ValueError:
            raise WrongWish(f"DANNGUYEN_TRUSTED_PROXIES names {one!r}, which is neither an address nor a network.") from None
    return told


def port_of(name: str) -> int:
    """The port of a part of the platform: its default plus ``DANNGUYEN_PORT_OFFSET``."""
    return PORTS[name] + _whole("DANNGUYEN_PORT_OFFSET", os.environ.get("DANNGUYEN_PORT_OFFSET"), 0, 0)


def home() -> Path:
    """The folder under which one platform writes everything (``DANNGUYEN_HOME``, default ``.run``)."""
    return Path(os.environ.get("DANNGUYEN_HOME", ".run")).absolute()


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the broker is and how to sign in to it."""

    bootstrap: str
    protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    sasl_username: str = ""
    sasl_password: str = field(default="", repr=False)
    ssl_cafile: str = ""

    @classmethod
    def read(cls) -> "KafkaSettings":
        """From ``KAFKA_*``; loopback and plain text unless told otherwise."""
        env = os.environ
        return cls(
            bootstrap=_bootstrap(),
            protocol=env.get("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT"),
            sasl_mechanism=env.get("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
            sasl_username=env.get("KAFKA_SASL_USERNAME", ""),
            sasl_password=env.get("KAFKA_SASL_PASSWORD", ""),
            ssl_cafile=env.get("KAFKA_SSL_CAFILE", ""),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings."""

    service: str
    home: Path
    mode: str
    host: str
    port: int
    kafka: KafkaSettings
    database_url: str = field(repr=False)
    sample_ratio: float
    otlp_endpoint: str
    zipkin_endpoint: str
    batch_max: int
    log_level: str
    trusted_proxies: tuple[str, ...] = ()

    @property
    def is_production(self) -> bool:
        """Production processes refuse a virtual date and development pages."""
        return self.mode == "production"

    @property
    def keys(self) -> Path:
        """The folder of keys (mode 0700)."""
        return self.home / "keys"

    @classmethod
    def read(cls, service: str) -> "Settings":
        """The settings of ``service`` from the environment; see ``docs/operations.md`` for each variable. Raises WrongWish."""
        env = os.environ
        base = home()
        return cls(
            service=service,
            home=base,
            mode=_mode(),
            host=env.get("HOST", "127.0.0.1"),
            port=_port(service),
            kafka=KafkaSettings.read(),
            database_url=_database_url(service, f"sqlite:///{base / 'databases' / (service + '.db')}"),
            sample_ratio=_ratio(),
            otlp_endpoint=env.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            zipkin_endpoint=env.get("ZIPKIN_ENDPOINT", ""),
            batch_max=_whole("DANNGUYEN_BATCH_MAX", env.get("DANNGUYEN_BATCH_MAX"), 1000, 1, 100_000),
            log_level=_log_level(),
            trusted_proxies=_trusted_proxies(),
        )


def address_of(service: str) -> str:
    """Base URL under which a sister service answers (``URL__<SERVICE>``, else loopback and its port)."""
    return os.environ.get(f"URL__{service.upper()}", f"http://127.0.0.1:{port_of(service)}")
