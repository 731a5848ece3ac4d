"""Names that would mean two things: hidden by an inner one of the same name, or saved by two branches at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pathways.compile.context import Context
from pathways.model import Placed, RepeatDecl, SetDecl, Text, gives_something
from pathways.plan import SHARING


@dataclass(frozen=True)
class Save:
    """A name that a step saves: `block` is where the step stands, `data` the block whose data the name lives in."""

    name: Text
    block: str
    data: str


def check_names(context: Context) -> None:
    """Note every name that hides an outer one, and every one that two branches save."""
    saves = [save for placed in context.definition.placed for save in _saves(context, placed)]
    _check_shadows(context, saves)
    _check_branches(context, saves)


def _saves(context: Context, placed: Placed) -> Iterator[Save]:
    step, body, block = placed.step, placed.step.body, placed.block
    data = context.layout.data_block(block)
    if step.save is not None and gives_something(body):
        yield Save(step.save, block, data)
    match body:
        case SetDecl():
            for name, _ in body.assignments:
                yield Save(name, block, data)
        case RepeatDecl():
            for name, _ in (*body.collect, *body.carry):
                yield Save(name, block, data)
            if body.name is not None:
                yield Save(body.name, placed.path, placed.path)
        case _:
            pass


def _check_shadows(context: Context, saves: list[Save]) -> None:
    inputs = {one.name.value for one in context.definition.inputs}
    names: dict[str, set[str]] = {"": set(inputs)}
    for save in saves:
        names.setdefault(save.data, set()).add(save.name.value)
    for save in saves:
        outer = [one for one in _around(context, save.data) if save.name.value in names.get(one, ())]
        if outer:
            _note_shadow(context, save, outer[0])
    _check_items(context, saves)


def _around(context: Context, data: str) -> Iterator[str]:
    """The data blocks around one, the pathway's last."""
    for one in context.layout.outwards(data):
        if one != data and context.layout.kind(one) not in SHARING:
            yield one
    if context.layout.kind(list(context.layout.outwards(data))[-1]) == "side" and data:
        yield ""


def _note_shadow(context: Context, save: Save, outer: str) -> None:
    inner = context.layout.place(save.data)
    message = f'"{save.name}" in {inner} would hide the one of {context.layout.place(outer)}.'
    hint = "Choose another name; what an iteration finds out goes outside by collect or carry."
    context.reader.note("shadowed-name", save.name.mark, message, hint)


def _check_items(context: Context, saves: list[Save]) -> None:
    """The name of a repeat's item is saved by nothing else in its iterations."""
    items = {
        (one.path, one.step.body.name.value): one.step.body.name
        for one in context.definition.placed
        if isinstance(one.step.body, RepeatDecl) and one.step.body.name is not None
    }
    for save in saves:
        item = items.get((save.data, save.name.value))
        if item is not None and item is not save.name:
            message = f'"{save.name}" is the item of the repeat "{save.data}".'
            context.reader.note("shadowed-name", save.name.mark, message, "Choose another name.")


def _check_branches(context: Context, saves: list[Save]) -> None:
    """Two branches of one parallel may not save the same name of the scope around them."""
    first: dict[tuple[str, str, str], str] = {}
    for save in saves:
        for block in context.layout.outwards(save.block):
            if context.layout.kind(block) not in SHARING:
                break
            if context.layout.kind(block) == "section":
                continue
            owner = context.layout.owner(block)
            other = first.setdefault((owner, save.name.value, save.data), block)
            if other != block:
                branches = " and ".join(f'"{one.rpartition("/")[2]}"' for one in (other, block))
                message = f'The branches {branches} of "{owner}" both save "{save.name}".'
                hint = "Whichever came last would win. Choose a name for each."
                context.reader.note("name-saved-twice", save.name.mark, message, hint)
                break
