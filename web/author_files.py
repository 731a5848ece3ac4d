"""The files of an author on a page: a definition, and what lies beside it, typed or sent by a browser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from api.services.publishing import PublishWish
from pathways.publishing.author_files import Kind, definition_for, version_order, what_holds
from pathways.publishing.workbench import SourceText
from web.form_values import Typed
from web.visit import SentFile

_DEFINITION = "definition.yaml"


@dataclass(frozen=True, slots=True)
class AuthorFile:
    """A file, and what it holds as far as its keys tell."""

    name: str
    text: str
    kind: Kind
    pathway: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Authored:
    """What is to be published: the definition, and the files beside it in the order of the page.

    `left_out` says of files that were sent why they are not among them.
    """

    source: str = ""
    name: str = _DEFINITION
    beside: tuple[AuthorFile, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def scenarios(self) -> tuple[SourceText, ...]:
        """The scenarios."""
        return tuple(SourceText(one.name, one.text) for one in self.beside if one.kind == "scenarios")

    @property
    def definitions(self) -> tuple[SourceText, ...]:
        """Definitions that scenarios may need: children, other versions."""
        return tuple(SourceText(one.name, one.text) for one in self.beside if one.kind == "definition")

    def wish(self, *, effective_from: str, alone: bool) -> PublishWish:
        """The wish to publish it."""
        when = effective_from.strip() or None
        return PublishWish(self.source, self.scenarios, self.definitions, self.name, alone, when)


def author_file(name: str, text: str) -> AuthorFile:
    """A file by its name in the author's folder."""
    holds = what_holds(name, text)
    return AuthorFile(name, text, holds.kind, holds.pathway, holds.version)


def typed_files(typed: Typed) -> Authored:
    """What was typed. A file whose text is empty is no file."""
    names, texts = typed.raw.get("file", ()), typed.raw.get("text", ())
    beside = []
    for number, (name, text) in enumerate(zip(names, texts, strict=False), 1):
        if text.strip():
            beside.append(author_file(name.strip() or f"scenarios/{number}.yaml", text))
    return Authored(typed.one("source"), typed.one("name") or _DEFINITION, tuple(beside))


def with_sent(authored: Authored, sent: Iterable[SentFile]) -> Authored:
    """What is typed, with the files that were sent: one of the same name takes the other's place.

    Of several definitions the newest version of the pathway that lies highest is the one to publish; the others stand
    beside it, with the scenarios that are for it.
    """
    read, left_out = _read(sent)
    definitions = [one for one in read if one.kind == "definition"]
    main = author_file(authored.name, authored.source)
    if definitions:
        main = _to_publish(definitions)
        authored = replace(authored, source=main.text, name=main.name)
    others = [one for one in definitions if one is not main]
    beside = {one.name: one for one in authored.beside}
    for one in read:
        if one in others or (one.kind == "scenarios" and definition_for(one, [main, *others]) is main):
            beside[one.name] = one
        elif one.kind == "scenarios":
            left_out.append(f"{one.name} is for {' '.join(filter(None, (one.pathway, one.version)))}.")
        elif one is not main:
            left_out.append(f"{one.name} holds no definition and no scenarios.")
    return replace(authored, beside=tuple(beside.values()), left_out=tuple(left_out))


def _read(sent: Iterable[SentFile]) -> tuple[list[AuthorFile], list[str]]:
    """The files that are text and YAML, and why others are not among them; hidden ones are passed over."""
    read: list[AuthorFile] = []
    left_out: list[str] = []
    for one in sent:
        path = PurePosixPath(one.name)
        if any(part.startswith(".") for part in path.parts):
            continue
        if one.text is None:
            left_out.append(one.wrong)
        elif path.suffix not in (".yaml", ".yml"):
            left_out.append(f"{one.name} is no YAML file.")
        else:
            read.append(author_file(one.name, one.text))
    return read, left_out


def _to_publish(definitions: Sequence[AuthorFile]) -> AuthorFile:
    depths = [len(PurePosixPath(one.name).parts) for one in definitions]
    highest = [one for one, depth in zip(definitions, depths, strict=True) if depth == min(depths)]
    pathway = min(one.pathway or "" for one in highest)
    return max((one for one in highest if (one.pathway or "") == pathway), key=lambda one: version_order(one.version))
