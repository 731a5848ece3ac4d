"""Which plan a command is about: of a file, of a folder's newest version, or of a version by its name.

`NAME@VERSION` is looked for in the store, where one is set, then among the pathways that come with Carelane.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path
from typing import Annotated, ClassVar

import typer

import settings
from catalog import load
from commands import files
from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.errors import CarelaneError
from pathways.parse import parse
from pathways.plan import Plan, plan_from_json
from pathways.versions import Version, VersionError

Target = Annotated[
    str,
    typer.Argument(metavar="FILE|FOLDER|NAME@VERSION", help="A definition, a folder of them, or a published version."),
]
CatalogFile = Annotated[
    Path | None, typer.Option("--catalog", metavar="FILE", help="Use this catalog instead of the installed one.")
]


class NoPlanError(CarelaneError):
    """What was named is no version of a pathway, or one that does not compile."""

    code: ClassVar[str] = "no-plan"


def installed_catalog(file: Path | None) -> Catalog:
    """The catalog of a file, else the installed one."""
    if file is not None:
        return load.from_file(file)
    from activities import registry

    return load.installed(registry.catalog().actions)


@dataclass(frozen=True)
class Written:
    """A plan, and the text that it comes from."""

    plan: Plan
    text: str


def find_plan(target: str, catalog: Path | None = None, *, unsound: bool = False) -> Plan:
    """The plan that a command's argument names. Raises `NoPlanError` or `UnreadableError`.

    With `unsound`, one whose names are not all known will do: what it came to is said, and it could never be run.
    """
    return find_written(target, catalog, unsound=unsound).plan


def find_written(target: str, catalog: Path | None = None, *, unsound: bool = False) -> Written:
    """As `find_plan`, with what was written."""
    if not Path(target).exists():
        name, _, version = target.partition("@")
        if _is_name(name):
            return _published(name, version) or _in_library(name, version, catalog)
    source = _newest(files.definitions(Path(target)), target)
    return Written(compiled(source, catalog, unsound=unsound), source.text)


def compiled(source: files.Source, catalog: Path | None = None, *, unsound: bool = False) -> Plan:
    """The plan of a definition. Raises `NoPlanError` with what lint has against it."""
    parsed = parse(source.text, str(source.path))
    findings = [one for one in parsed.diagnostics if one.severity == "error"]
    if not findings and parsed.definition is not None:
        result = compile_definition(parsed.definition, installed_catalog(catalog))
        findings = [one for one in result.diagnostics if one.severity == "error"]
        if result.plan is not None and not findings:
            return result.plan
        if unsound:
            typer.echo(f"{source.path} does not compile: {findings[0]} ({len(findings)} in all)", err=True)
            return result.draft
    said = "\n".join(f"  {one}" for one in findings[:20])
    raise NoPlanError(f"{source.path} does not compile:\n{said}", hint="`carelane pathway lint` says more.")


def _is_name(text: str) -> bool:
    return bool(text) and "/" not in text and not text.endswith((".yaml", ".yml"))


def _newest(found: list[files.Source], target: str) -> files.Source:
    names = sorted({one.pathway or str(one.path) for one in found})
    if len(names) > 1:
        raise NoPlanError(f"{target} holds several pathways: {', '.join(names)}.", hint="Name one of their files.")
    return max(found, key=lambda one: _order(one.version))


def _order(version: str | None) -> Version:
    try:
        return Version.parse(version or "0.0.0")
    except VersionError:
        return Version.parse("0.0.0")


def _published(name: str, version: str) -> Written | None:
    """The version as the store has it; None where no store is set or answers, or it has none."""
    configured = settings.load().database_url
    if configured is None:
        return None
    return asyncio.run(_from_store(configured.get_secret_value(), name, version))


async def _from_store(url: str, name: str, version: str) -> Written | None:
    from store.database import Database
    from store.errors import StoreUnavailableError

    database = Database(url, connections=1)
    try:
        async with database.transaction() as unit:
            found = await (unit.definitions.get(name, version) if version else unit.definitions.newest(name))
    except StoreUnavailableError as error:
        typer.echo(f"{error.message} Looking among the pathways that come with Carelane.", err=True)
        return None
    finally:
        await database.close()
    return Written(plan_from_json(found.plan), found.source) if found is not None else None


def _in_library(name: str, version: str, catalog: Path | None) -> Written:
    folder = Path(str(resources("pathways"))) / "library" / name
    if not folder.is_dir():
        if version and Path(name).is_dir():
            message = f"No pathway {name} is published, or comes with Carelane; {name} is a folder."
            raise NoPlanError(message, hint=f"Give its file: {Path(name) / version}.yaml.")
        raise NoPlanError(f"There is no file, folder or pathway {name}.", hint="Give a file, or NAME@VERSION.")
    found = [one for one in files.definitions(folder) if not version or one.version == version]
    if not found:
        raise NoPlanError(
            f"There is no version {version} of {name}.", hint=f"`carelane pathway show {name}` lists them."
        )
    source = _newest(found, name)
    return Written(compiled(source, catalog), source.text)
