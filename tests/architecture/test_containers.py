"""The container files, without a container: they keep to their schema, to our settings and to our commands."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import resources
from typing import Any

import jsonschema
import pytest
import yaml

import cli
import settings
from tests.support.source import MODULES, PACKAGES, ROOT
from workflows.search import ALL as SEARCH_ATTRIBUTES

# What the shell of an image sets, beside our settings.
NOT_OURS = {"PATH", "PYTHONUNBUFFERED"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run our own image."""
    return {name: service for name, service in compose["services"].items() if "build" in service}


def test_the_compose_file_keeps_to_the_compose_schema(compose: dict[str, Any]) -> None:
    """The Compose specification's own JSON schema accepts it."""
    vendored = resources.files("check_jsonschema.builtin_schemas.vendor") / "compose-spec.json"
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []


def test_the_same_processes_run_as_on_one_machine(ours: dict[str, dict[str, Any]]) -> None:
    """Worker, relay, api and the migration each have a service."""
    assert sorted(service["command"][0] for service in ours.values()) == [
        "api", "migrate-database", "relay", "worker",
    ]  # fmt: skip


def test_every_command_is_one_of_ours(ours: dict[str, dict[str, Any]]) -> None:
    """What a service runs is a sub-command of `carelane`, with options that it has."""
    for service in ours.values():
        assert cli.run([*service["command"], "--help"]) == 0


def test_every_variable_is_a_setting(ours: dict[str, dict[str, Any]]) -> None:
    """A misspelt setting would be ignored, unseen."""
    known = settings.variables()
    unknown = {name for service in ours.values() for name in service["environment"] if name not in known}
    assert unknown == set()


def test_every_service_has_settings_that_are_accepted(
    ours: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each service would start with what it is given."""
    for service in ours.values():
        for name in settings.variables():
            monkeypatch.delenv(name, raising=False)
        for name, value in service["environment"].items():
            monkeypatch.setenv(name, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value))
        given = settings.load()
        assert given.core_base_url == "http://core:8080/fhir"
        assert given.temporal_target == "temporal:7233"


def test_what_a_service_waits_for_exists(compose: dict[str, Any]) -> None:
    """Every dependency is a service of the file."""
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


def test_temporals_search_attributes_are_registered(compose: dict[str, Any]) -> None:
    """The namespace is made with the search attributes that workflows set."""
    script = compose["services"]["namespace"]["command"][0]
    assert {attribute.name for attribute in SEARCH_ATTRIBUTES} <= set(re.findall(r"Carelane\w+", script))


def test_the_image_sets_only_what_we_know() -> None:
    """The Dockerfile's own environment is settings, and runs without rights."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = dockerfile[dockerfile.rindex("FROM ") :]
    names = set(re.findall(r"^(?:ENV|   ) (\w+)=", final, flags=re.MULTILINE))
    assert names - NOT_OURS <= set(settings.variables())
    assert "\nUSER carelane\n" in final
    assert 'ENTRYPOINT ["carelane"]' in final


def test_image_and_makefile_use_the_same_uv() -> None:
    """The environment is made by one version of uv everywhere."""
    pinned = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    assert pinned is not None
    assert f"uv=={pinned[1]}" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_what_is_installed_is_everything_that_runs() -> None:
    """A package or module that the wheel forgets would be missing in the image only."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    assert included == {*PACKAGES, *(f"{name}.py" for name in MODULES)}
