"""Everything a process may be told from outside, read from the environment once at start."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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


def port_of(name: str) -> int:
    """The port of a part of the platform: its default plus ``DANNGUYEN_PORT_OFFSET``."""
    return PORTS[name] + int(os.environ.get("DANNGUYEN_PORT_OFFSET", "0"))


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
            bootstrap=env.get("KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{port_of('kafka')}"),
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
        """The settings of ``service`` from the environment; see ``docs/operations.md`` for each variable."""
        env = os.environ
        base = home()
        return cls(
            service=service,
            home=base,
            mode=env.get("DANNGUYEN_MODE", "production"),
            host=env.get("HOST", "127.0.0.1"),
            port=int(env.get(f"PORT__{service.upper()}", port_of(service) if service in PORTS else 0)),
            kafka=KafkaSettings.read(),
            database_url=env.get(f"DATABASE_URL__{service.upper()}", f"sqlite:///{base / 'databases' / (service + '.db')}"),
            sample_ratio=float(env.get("OTEL_TRACES_SAMPLER_ARG", "1.0")),
            otlp_endpoint=env.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            zipkin_endpoint=env.get("ZIPKIN_ENDPOINT", ""),
            batch_max=int(env.get("DANNGUYEN_BATCH_MAX", "1000")),
            log_level=env.get("DANNGUYEN_LOG_LEVEL", "INFO"),
        )


def address_of(service: str) -> str:
    """Base URL under which a sister service answers (``URL__<SERVICE>``, else loopback and its port)."""
    return os.environ.get(f"URL__{service.upper()}", f"http://127.0.0.1:{port_of(service)}")
