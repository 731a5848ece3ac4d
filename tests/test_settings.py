"""Settings: one registry, documented, and the only reader of the environment."""

from __future__ import annotations

import pytest

import settings
from settings import CoreAuth, Environment, SettingsError

PRODUCTION = {
    "CARELANE_ENVIRONMENT": "production",
    "CARELANE_SESSION_SECRET": "x" * settings.MINIMUM_SECRET_LENGTH,
    "CARELANE_CORE_URL": "https://core.example/fhir",
    "CARELANE_CORE_AUTH": "smart",
    "CARELANE_CORE_CLIENT_ID": "carelane",
    "CARELANE_CORE_KEY_FILE": "/keys/carelane.jwk",
    "DATABASE_URL": "postgresql://carelane:secret@db/carelane",
    "TEMPORAL_ADDRESS": "temporal:7233",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which no setting is made."""
    for name in settings.variables():
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_every_setting_has_a_description() -> None:
    """No setting without a word on what it is for."""
    undescribed = [name for name, info in settings.Settings.model_fields.items() if not info.description]
    assert undescribed == []


def test_development_needs_no_setting_at_all(environment: pytest.MonkeyPatch) -> None:
    """On one machine the defaults are enough."""
    assert settings.load().environment is Environment.DEVELOPMENT


@pytest.mark.parametrize(
    "missing",
    [
        "CARELANE_SESSION_SECRET",
        "CARELANE_CORE_URL",
        "CARELANE_CORE_AUTH",
        "DATABASE_URL",
        "TEMPORAL_ADDRESS",
    ],
)
def test_production_refuses_each_development_default(environment: pytest.MonkeyPatch, missing: str) -> None:
    """What production leaves to a development default is named."""
    for name, value in PRODUCTION.items():
        if name != missing:
            environment.setenv(name, value)
    with pytest.raises(SettingsError, match=missing):
        settings.load()


def test_production_with_everything_set_is_accepted(environment: pytest.MonkeyPatch) -> None:
    """The settings that production needs are enough for it."""
    for name, value in PRODUCTION.items():
        environment.setenv(name, value)
    assert settings.load().core_auth is CoreAuth.SMART


def test_production_refuses_demonstration_mode(environment: pytest.MonkeyPatch) -> None:
    """The demonstration clock never runs where patients are real."""
    for name, value in {**PRODUCTION, "CARELANE_DEMO": "true"}.items():
        environment.setenv(name, value)
    with pytest.raises(SettingsError, match="CARELANE_DEMO"):
        settings.load()


def test_a_malformed_value_is_named_by_its_variable_and_not_shown(environment: pytest.MonkeyPatch) -> None:
    """An error names the variable as people set it, and never its value, which may be a secret."""
    environment.setenv("DATABASE_URL", "mysql://user:hunter2@host/name")
    environment.setenv("CARELANE_WEB_PORT", "many")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert "DATABASE_URL" in str(caught.value)
    assert "CARELANE_WEB_PORT" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_database_may_be_spelled_in_each_usual_way(environment: pytest.MonkeyPatch, scheme: str) -> None:
    """Hosting services spell the scheme differently; Carelane keeps one."""
    environment.setenv("DATABASE_URL", f"{scheme}://user:secret@host:5432/name")
    assert settings.load().require_database_url() == "postgresql://user:secret@host:5432/name"


def test_a_child_process_runs_with_the_same_settings(environment: pytest.MonkeyPatch) -> None:
    """What one process hands on, another reads as the same settings."""
    given = settings.load(web_port=1234, demo=True, database_url="postgresql://u:p@h/n", temporal_address="t:1")
    for name, value in settings.environment_of(given).items():
        environment.setenv(name, value)
    assert settings.load() == given


def test_smart_needs_a_client_and_a_key(environment: pytest.MonkeyPatch) -> None:
    """Signing in by SMART Backend Services without a client id and a key is refused at the start."""
    with pytest.raises(SettingsError, match=r"CARELANE_CORE_CLIENT_ID.*CARELANE_CORE_KEY_FILE"):
        settings.load(core_auth="smart")
