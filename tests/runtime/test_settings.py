"""A setting that makes no sense is told in one sentence before anything is begun."""

import pytest

from runtime.settings import Settings
from runtime.stop import WrongWish


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DANNGUYEN_MODE", "DANNGUYEN_BATCH_MAX", "DANNGUYEN_PORT_OFFSET", "DANNGUYEN_TRUSTED_PROXIES", "DATABASE_URL__INTAKE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DANNGUYEN_MODE", "foo", "DANNGUYEN_MODE is 'foo'; it must be production or development."),
        ("DANNGUYEN_MODE", "Production", "must be production or development"),
        ("DANNGUYEN_BATCH_MAX", "abc", "DANNGUYEN_BATCH_MAX is 'abc'; it must be a whole number from 1 to 100000."),
        ("DANNGUYEN_BATCH_MAX", "0", "must be a whole number"),
        ("DANNGUYEN_PORT_OFFSET", "-1", "must be a whole number"),
        ("PORT__INTAKE", "70000", "must be a whole number from 0 to 65535"),
        ("OTEL_TRACES_SAMPLER_ARG", "often", "must be a number from 0 to 1"),
        ("OTEL_TRACES_SAMPLER_ARG", "2", "must be a number from 0 to 1"),
        ("DANNGUYEN_LOG_LEVEL", "LOUD", "must be DEBUG, INFO"),
        ("DATABASE_URL__INTAKE", "mysql://me:secret@x/y", "DATABASE_URL__INTAKE must begin with sqlite:/// or postgresql://."),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka", "must be host:port"),
        ("DANNGUYEN_TRUSTED_PROXIES", "*", "neither an address nor a network"),
        ("DANNGUYEN_TRUSTED_PROXIES", "10.0.0.1, proxy", "neither an address nor a network"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongWish) as refused:
        Settings.read("intake")
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


def test_who_says_nothing_of_the_mode_gets_production(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.read("intake").is_production
    monkeypatch.setenv("DANNGUYEN_MODE", "development")
    assert not Settings.read("intake").is_production


def test_nobodys_forwarded_address_is_believed_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.read("gateway").trusted_proxies == ()
    monkeypatch.setenv("DANNGUYEN_TRUSTED_PROXIES", "10.1.2.3, 192.168.7.0/24")
    assert Settings.read("gateway").trusted_proxies == ("10.1.2.3", "192.168.7.0/24")
