"""`carelane pathway vocabulary`: what pathways may name: actions, events, queues, roles, calendars, messages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import typer

from catalog import load
from pathways.datatypes import DataType
from pathways.errors import CarelaneError
from pathways.wording import type_words

app = typer.Typer()

_HEAD = """\
# What pathways may name

Made by `carelane pathway vocabulary --markdown` from the installed actions and `catalog/`. `carelane pathway
vocabulary book` finds what has "book" in its name. A `?` marks what may be left out, or may be null in what is given.
"""


class UnknownWordError(CarelaneError):
    """Nothing has such a name."""

    code: ClassVar[str] = "unknown-word"


@dataclass(frozen=True)
class Word:
    """Something that a pathway may name: what it is for, and more about it in parts."""

    section: str
    name: str
    text: str
    parts: tuple[tuple[str, str], ...] = ()


@app.command()
def vocabulary(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="A part of a name; all of them without it.")] = "",
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Write the page docs/vocabulary.md.")] = False,
) -> None:
    """Say which actions, events, queues and roles there are.

    These are what pathways may name: actions with what they take and give; calendars and messages too.
    """
    if as_markdown:
        typer.echo(page(), nl=False)
        return
    found = [one for one in words() if word.lower() in one.name]
    if not found:
        raise UnknownWordError(f'Nothing here has "{word}" in its name.', hint="Without a word all names are listed.")
    for one in found:
        typer.echo(f"{one.section[:-1].lower()} {one.name}: {one.text}")
        for name, said in one.parts:
            typer.echo(f"    {name}: {said}")


def page() -> str:
    """The page, docs/vocabulary.md."""
    lines = [_HEAD]
    section = ""
    for one in words():
        if one.section != section:
            section = one.section
            lines.append(f"\n## {section}\n")
        lines.append(f"\n**`{one.name}`** {one.text}\n")
        lines += [f"- {name}: {said}" for name, said in one.parts]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def words() -> Iterator[Word]:
    """Everything there is, section by section."""
    yield from _actions()
    known = load.installed()
    for name, event in load.entries("events").items():
        parts = [("key", str(event["key"])), ("data", _fields(known.events[name].data))]
        yield Word("Events", name, str(event["meaning"]), _said(parts))
    for name, queue in load.entries("queues").items():
        yield Word("Queues", name, str(queue["purpose"]), (("roles", ", ".join(queue["roles"])),))
    for name, role in load.entries("roles").items():
        clinical = " Passes a clinical gate." if role.get("clinical") else ""
        yield Word("Roles", name, f"{role['does']}{clinical}")
    for name, calendar in load.calendar_documents().items():
        yield Word("Calendars", name, f"{calendar['title']}, {calendar['zone']}.")
    for name, message in load.entries("messages").items():
        yield Word("Messages", name, str(message["text"]))


def _actions() -> Iterator[Word]:
    from activities import registry

    for name, step in sorted(registry.discover().items()):
        action = step.action
        parts = [
            ("takes", _fields(action.input)),
            ("gives", _fields(action.output)),
            ("problems", ", ".join(action.problems)),
            ("reads", ", ".join(action.reads)),
            ("writes", ", ".join(action.writes)),
            ("the same deed for the same", action.business_key or ""),
        ]
        yield Word("Actions", name, (inspect.getdoc(step.function) or "").partition("\n\n")[0], _said(parts))


def _said(parts: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, " ".join(said.split())) for name, said in parts if said)


def _fields(declared: DataType) -> str:
    shown: list[Any] = [f"{one.name}{'' if one.required else '?'} {type_words(one.type)}" for one in declared.fields]
    return ", ".join(shown)
