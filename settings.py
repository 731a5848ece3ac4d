"""Every setting of Carelane, read once from the environment.

This module alone reads environment variables. Composition roots call `load()` and hand the values on; a
process that starts another one passes them by `environment_of`. `docs/settings.md` is made from the descriptions
here (`carelane settings --markdown`), and a test fails when page and registry differ.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pathways.errors import CarelaneError
from pathways.ids import SITE

PREFIX = "CARELANE_"

DEVELOPMENT_SESSION_SECRET = "development-only-session-secret"  # noqa: S105 - refused in production

MINIMUM_SECRET_LENGTH = 32


class SettingsError(CarelaneError):
    """A setting is missing, malformed, or a development default where production runs."""

    code = "settings"
    exit_status = 2


class Environment(StrEnum):
    """Where this process runs; production refuses every development default."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class CoreAuth(StrEnum):
    """How Carelane signs in at the EHR core."""

    NONE = "none"
    SMART = "smart"


class LogFormat(StrEnum):
    """How log lines are written."""

    CONSOLE = "console"
    JSON = "json"


def _bare(name: str) -> Any:
    """Accept an environment variable that carries no prefix, because it is known by this name everywhere."""
    return AliasChoices(name, name.lower())


class Settings(BaseSettings):
    """The registry of settings; each description is what `docs/settings.md` says."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        description="`development` or `production`. Production refuses development defaults.",
    )
    state_dir: Path = Field(
        default=Path(".carelane"),
        description="Where `carelane dev` and `carelane demo` keep their databases, logs and passwords.",
    )
    cache_dir: Path = Field(
        default=Path("~/.cache/carelane"),
        validation_alias=AliasChoices("CARELANE_CACHE", "cache_dir"),
        description="Where programs that were fetched or built once are kept, and plans by digest.",
    )

    web_host: str = Field(
        default="127.0.0.1", description="Address on which `carelane api` listens; `0.0.0.0` in a container."
    )
    web_port: int = Field(default=8000, ge=0, le=65535, description="Port of the pages and the JSON API.")
    web_url: HttpUrl | None = Field(
        default=None,
        description="Address under which people reach the pages, where it differs from host and port.",
    )
    session_secret: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SESSION_SECRET),
        description=(
            f"Key that signs sessions and tokens, at least {MINIMUM_SECRET_LENGTH} characters. "
            "The default is refused in production."
        ),
    )

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=_bare("DATABASE_URL"),
        description=(
            "PostgreSQL 15 or later, as `postgresql://user:password@host:port/name`. "
            "Unset in development: `carelane dev` runs a server of its own."
        ),
    )
    postgres_port: int = Field(
        default=5433, ge=0, le=65535, description="Port of the PostgreSQL server that `carelane dev` runs."
    )

    temporal_address: str | None = Field(
        default=None,
        validation_alias=_bare("TEMPORAL_ADDRESS"),
        description="`host:port` of a Temporal server, 1.29 or later. Unset in development: one is started.",
    )
    temporal_port: int = Field(
        default=7233, ge=0, le=65535, description="Port of the Temporal server that `carelane dev` runs."
    )
    temporal_namespace: str = Field(default="default", description="Temporal namespace of the pathways.")
    temporal_task_queue: str = Field(default="carelane", description="Temporal task queue of the workers.")
    temporal_deployment: str | None = Field(
        default=None,
        pattern=r"^[^.]+$",
        description=(
            "Name of the workers' deployment in Temporal (no dots). With it workers are versioned by their build's id, "
            "and take work once that build was made the current one; without it they are not versioned."
        ),
    )
    temporal_build_id: str = Field(
        default="unversioned", description="Which build of Carelane a worker of a Temporal deployment runs."
    )
    workflow_sandbox: bool = Field(
        default=False,
        description=(
            "Run workflows in the Temporal SDK's sandbox. It costs half of a worker's processor time; "
            "purity is held by tests instead."
        ),
    )

    core_port: int = Field(
        default=8010, ge=0, le=65535, description="Port of the development core that `carelane dev` runs."
    )
    core_host: str = Field(default="127.0.0.1", description="Address on which the development core listens.")
    core_url: HttpUrl | None = Field(
        default=None,
        description="FHIR R4 base URL of the EHR core. Unset in development: the development core's.",
    )
    core_auth: CoreAuth = Field(
        default=CoreAuth.NONE,
        description="How to sign in at the core: `none`, or `smart` for SMART Backend Services.",
    )
    core_client_id: str | None = Field(
        default=None, description="Client id at the core's authorization server; needed for `smart`."
    )
    core_key_file: Path | None = Field(
        default=None,
        description="Private key (JWK or PEM, ES384 or RS384) that signs in at the core; needed for `smart`.",
    )

    site: str | None = Field(
        default=None,
        pattern=SITE,
        description=(
            "Id of the site, such as `main-street`: what pathways see as `instance.site` unless a start says otherwise."
        ),
    )
    site_zone: str = Field(
        default="America/New_York",
        description="IANA time zone of the site: where an instance lives unless its start says otherwise.",
    )

    one_person_publishing: bool = Field(
        default=False,
        description=(
            "Whether `carelane pathway publish --alone` may do without the second, clinical person; the audit says so. "
            "Refused in production."
        ),
    )
    api_token: SecretStr | None = Field(
        default=None,
        description=(
            "Bearer token with which commands such as `carelane pathway publish` speak to the API. "
            "Unset: they sign in as one of the accounts of this machine's development state."
        ),
    )

    demo: bool = Field(
        default=False,
        description="Demonstration mode: pathway time runs by `CARELANE_DEMO_PACE`. Refused in production.",
    )
    demo_pace: float = Field(
        default=1440.0,
        ge=0,
        description=(
            "Pathway seconds that pass in one real second: 1440 makes a day pass in a minute. "
            "At 0 time stands until it is moved."
        ),
    )

    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description=(
            "Port on which worker and relay tell Prometheus their metrics, once they are ready. "
            "Unset: they tell nobody."
        ),
    )
    log_level: str = Field(default="info", description="Least severe level that is logged.")
    log_format: LogFormat = Field(default=LogFormat.CONSOLE, description="`console` for people, `json` for collectors.")

    chromium: Path | None = Field(
        default=None,
        validation_alias=_bare("CHROMIUM"),
        description="Chromium program for the browser tests, where it is not found by itself.",
    )
    reference_data: Path | None = Field(
        default=None,
        description="Folder of outside reference data for tests; those that need it are skipped without.",
    )
    chaos_seeds: int = Field(
        default=5,
        ge=1,
        validation_alias=_bare("CHAOS_SEEDS"),
        description="With how many seeds `make chaos` runs; `TESTS='-k seed-3'` repeats the third alone.",
    )
    hypothesis_profile: str = Field(
        default="default", description="Hypothesis profile of the test run: `default` or `thorough`."
    )

    @field_validator("state_dir", "cache_dir", "core_key_file", "chromium", "reference_data")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        """Resolve paths once, so that a process started elsewhere means the same files."""
        return None if value is None else Path(os.path.abspath(value.expanduser()))  # noqa: PTH100 - keeps links

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        """Accept PostgreSQL only, in any spelling of the scheme, and keep the plain one."""
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
            raise ValueError("must be a PostgreSQL address: postgresql://user:password@host:port/name")
        return SecretStr(f"postgresql://{rest}")

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.lower()
        if level not in {"debug", "info", "warning", "error"}:
            raise ValueError("must be debug, info, warning or error")
        return level

    @property
    def public_url(self) -> str:
        """The address of the pages as people type it, without a trailing slash."""
        return str(self.web_url).rstrip("/") if self.web_url else f"http://{self.web_host}:{self.web_port}"

    @property
    def core_base_url(self) -> str:
        """The FHIR base URL of the core, without a trailing slash."""
        return str(self.core_url).rstrip("/") if self.core_url else f"http://{self.core_host}:{self.core_port}/fhir"

    @property
    def core_credentials(self) -> tuple[str, Path] | None:
        """Client id and key file of the sign-in to the core; None where it takes none."""
        if self.core_auth is not CoreAuth.SMART or not self.core_client_id or not self.core_key_file:
            return None
        return self.core_client_id, self.core_key_file

    @property
    def temporal_target(self) -> str:
        """`host:port` of the Temporal server to talk to."""
        return self.temporal_address or f"127.0.0.1:{self.temporal_port}"

    def require_database_url(self) -> str:
        """The database as `postgresql://…`; raises `SettingsError` where none is set."""
        if self.database_url is None:
            raise SettingsError(
                "DATABASE_URL is not set.",
                hint="Set it to a PostgreSQL server, or use `carelane dev`, which runs one.",
            )
        return self.database_url.get_secret_value()

    def problems_in_production(self) -> list[str]:
        """Name every development default that production must not run with."""
        problems = []
        secret = self.session_secret.get_secret_value()
        if secret == DEVELOPMENT_SESSION_SECRET or len(secret) < MINIMUM_SECRET_LENGTH:
            problems.append(f"CARELANE_SESSION_SECRET must be set, {MINIMUM_SECRET_LENGTH} characters at least")
        if self.database_url is None:
            problems.append("DATABASE_URL must be set")
        if self.temporal_address is None:
            problems.append("TEMPORAL_ADDRESS must be set")
        if self.core_url is None:
            problems.append("CARELANE_CORE_URL must be set")
        if self.core_auth is CoreAuth.NONE:
            problems.append("CARELANE_CORE_AUTH must be `smart`")
        if self.demo:
            problems.append("CARELANE_DEMO must not be set")
        if self.one_person_publishing:
            problems.append("CARELANE_ONE_PERSON_PUBLISHING must not be set")
        return problems


def load(**overrides: Any) -> Settings:
    """Read the settings, or raise `SettingsError` that names each variable at fault.

    `overrides` are field names with values that win over the environment (command line options).
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults = "; ".join(f"{_variable_of(item['loc'])}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"Settings are not right: {faults}.", hint="See docs/settings.md.") from None
    problems = smart_problems(settings)
    if settings.environment is Environment.PRODUCTION:
        problems = [*problems, *settings.problems_in_production()]
    if problems:
        raise SettingsError(f"Settings are not right: {'; '.join(problems)}.", hint="See docs/settings.md.")
    return settings


def smart_problems(settings: Settings) -> list[str]:
    """Name what SMART Backend Services sign-in still needs."""
    if settings.core_auth is not CoreAuth.SMART:
        return []
    needed = {
        "CARELANE_CORE_CLIENT_ID": settings.core_client_id,
        "CARELANE_CORE_KEY_FILE": settings.core_key_file,
    }
    return [f"{name} must be set for CARELANE_CORE_AUTH=smart" for name, value in needed.items() if not value]


def variable(field: str) -> str:
    """The environment variable that sets a field of `Settings`."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{PREFIX}{field.upper()}"


def variables() -> dict[str, str]:
    """Every environment variable that is a setting, with the field that it sets."""
    return {variable(field): field for field in Settings.model_fields}


def environment_of(settings: Settings, **extra: str) -> dict[str, str]:
    """The environment for a process that shall run with these settings, plus `extra` variables.

    What else this process's environment holds (PATH, certificates, proxies) is handed on.
    """
    environment = {name: value for name, value in os.environ.items() if name not in variables()}
    for name, field in variables().items():
        value = getattr(settings, field)
        if value is not None:
            environment[name] = spelled(value)
    return {**environment, **extra}


def spelled(value: Any) -> str:
    """A value as an environment variable spells it, secrets included."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _variable_of(location: tuple[int | str, ...]) -> str:
    """The environment variable at fault, from the place that pydantic names (field or alias)."""
    name = str(location[0]) if location else "environment"
    return variable(name) if name in Settings.model_fields else name
