"""`carelane pathway publish` and `approve`: a version goes to the registry, by a person and, where it may harm, two."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

import settings
from commands import known_names
from commands.api_client import ApiClient, ApiProblemError, acting_as
from commands.printing import As, Format, as_json, examination_lines, problem_lines
from commands.submissions import submissions

app = typer.Typer(no_args_is_help=True)

Json = Any

AUTHOR = "informaticist"
APPROVER = "medical-director"

By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="PERSON",
        help="In whose name: an account of `carelane dev` in this folder, or the person of CARELANE_API_TOKEN.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The pathway.", autocompletion=known_names.complete_name)]
VersionOf = Annotated[
    str, typer.Argument(metavar="VERSION", help="The version.", autocompletion=known_names.complete_version)
]


@app.command()
def publish(
    target: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="A definition, or a folder of them, with scenarios beside.")
    ],
    by: By = None,
    effective_from: Annotated[
        str | None, typer.Option("--effective-from", metavar="DATE", help="Nothing starts of it before.")
    ] = None,
    alone: Annotated[
        bool,
        typer.Option(
            "--alone", help="Do without the second person, where CARELANE_ONE_PERSON_PUBLISHING allows; on record."
        ),
    ] = False,
    output: As = Format.TEXT,
) -> None:
    """Publish definitions with their scenarios.

    It asks the API of a running Carelane (`carelane dev`).

    Refused with lint errors, failing scenarios, or steps and ways that no scenario goes through. Where a gate, form,
    clock, table or contract differs from the version before, it stays a draft until somebody else approves it.
    """
    configured = settings.load()
    found = [*submissions(target)]
    results: list[Json] = []
    with acting_as(configured, by, AUTHOR) as client:
        for one in found:
            wish = {**one.body, "effective_from": effective_from, "alone": alone}
            results.append({"file": str(one.path), **_publish(client, wish)})
            if output is Format.TEXT:
                _tell(results[-1])
    known_names.remember(configured, [one["definition"] for one in results if one["definition"]])
    if output is Format.JSON:
        as_json(results)
    if any(one["problem"] for one in results):
        raise typer.Exit(1)


@app.command()
def approve(name: Name, version: VersionOf, by: By = None, output: As = Format.TEXT) -> None:
    """Approve a draft as the second person.

    That person has a clinical role; approving publishes it. Shows what is new in it.

    By the API of a running Carelane (`carelane dev`).
    """
    with acting_as(settings.load(), by, APPROVER) as client:
        path = f"/pathways/{quote(name, safe='')}/{quote(version, safe='')}"
        draft = client.get(path)
        if output is Format.TEXT and draft["examination"]:
            for line in examination_lines(draft["examination"]):
                typer.echo(line)
        done = client.post(f"{path}/approve", {"digest": draft["digest"]})
    if output is Format.JSON:
        as_json(done)
    else:
        word = "published" if done["new"] else "published before"
        typer.echo(f"{name} {done['definition']['version']}: {word} ({done['definition']['digest'][:12]})")


def _publish(client: ApiClient, wish: Json) -> Json:
    try:
        return {**client.post("/pathways", wish), "problem": None}
    except ApiProblemError as refused:
        if refused.problem.get("status") in (401, 403):
            raise
        return {"definition": None, "problem": refused.problem}


def _tell(result: Json) -> None:
    problem = result["problem"]
    if problem:
        for line in problem_lines(problem, result["file"]):
            typer.echo(line)
        typer.echo(f"{result['file']}: not published. {problem['detail']} {problem['hint']}".rstrip())
        return
    one = result["definition"]
    for line in problem_lines({"diagnostics": result["warnings"]}, result["file"]):
        typer.echo(line)
    named = f"{one['name']} {one['version']}"
    if one["state"] != "draft":
        word = "published" if result["new"] else f"{one['state']} before; nothing changed"
        typer.echo(f"{named}: {word} ({one['digest'][:12]})")
        return
    typer.echo(f"{named}: kept as a draft, which somebody else has to approve ({one['digest'][:12]})")
    for line in examination_lines(result["examination"]):
        typer.echo(f"  {line}")
    typer.echo(f"  `carelane pathway approve {named}` publishes it.")
