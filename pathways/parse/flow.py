"""Reading the steps that have others inside them, and those that start another pathway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from pathways.model import Authored, Body, BranchDecl, ChildDecl, ParallelDecl, RepeatDecl, SectionDecl, StepDecl, Text
from pathways.reader import Reader
from pathways.source import Node
from pathways.versions import VersionError, parse_range

ReadSteps = Callable[[Reader, Node, str, int], tuple[StepDecl, ...]]

_REPEAT_KEYS = ("for_each", "as", "mode", "while", "until", "limit", "collect", "carry", "keep", "steps", "note")


def parse_parallel(reader: Reader, node: Node, where: str, level: int, read: ReadSteps) -> Body | None:
    """`parallel: {branches, join, undo_rest}`; a branch is its steps, or `{title, steps}`."""
    body = node.value["parallel"]
    if not reader.keys(body, f"parallel of {where}", ("branches", "join", "undo_rest", "note")):
        return None
    branches = reader.required(body, "branches", f"parallel of {where}")
    if branches is None:
        return None
    found = [
        branch
        for name, one in reader.entries(branches, f"branches of {where}")
        if (branch := _branch(reader, name, one, where, level, read)) is not None
    ]
    if branches.is_map and not branches.value:
        reader.note("shape", branches.mark, f"parallel of {where} has at least one branch.")
    join = _join(reader, body.get("join"), where, len(branches.value) if branches.is_map else 0)
    if not found or join is None:
        return None
    return ParallelDecl(body.mark, tuple(found), join, reader.flag(body.get("undo_rest"), "undo_rest"))


def _branch(reader: Reader, name: Text, node: Node, where: str, level: int, read: ReadSteps) -> BranchDecl | None:
    reader.identifier(name)
    here = f'the branch "{name}" of {where}'
    if _is_bare(node):
        bare = read(reader, node, here, level + 1)
        return BranchDecl(name, bare) if bare else None
    if not reader.keys(node, here, ("title", "steps", "note")):
        return None
    steps = reader.required(node, "steps", here)
    title = reader.text(node.get("title"), "title")
    inner = read(reader, steps, here, level + 1) if steps is not None else ()
    return BranchDecl(name, inner, title.value if title else None) if inner else None


def _is_bare(node: Node) -> bool:
    """Whether the steps stand directly under the branch's name: no key `steps`, and no text as title or note."""
    if not node.is_map or not node.value or "steps" in node.value:
        return False
    return all(one.is_map for name, one in node.value.items() if name in ("title", "note"))


def _join(reader: Reader, node: Node | None, where: str, branches: int) -> Literal["all", "any"] | int | None:
    """How many branches must end well: all, any, or `{count: n}`, of which the number alone is enough."""
    if node is None:
        return "all"
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        node = Node({"count": node}, node.mark, {"count": node.mark})
    if not node.is_map:
        return cast("Literal['all', 'any'] | None", reader.choice(node, f"join of {where}", ("all", "any")))
    if not reader.keys(node, f"join of {where}", ("count",)):
        return None
    count = reader.required(node, "count", f"join of {where}")
    if count is None:
        return None
    if isinstance(count.value, bool) or not isinstance(count.value, int) or not 1 <= count.value <= max(branches, 1):
        reader.note("shape", count.mark, f"count is a number of branches, from 1 to {max(branches, 1)}.")
        return None
    return count.value


def parse_repeat(reader: Reader, node: Node, where: str, level: int, read: ReadSteps) -> Body | None:
    """`repeat`: for each of a list, while a condition holds, or until one does."""
    body = node.value["repeat"]
    if not reader.keys(body, f"repeat of {where}", _REPEAT_KEYS):
        return None
    steps = reader.required(body, "steps", f"repeat of {where}")
    inner = read(reader, steps, f"repeat of {where}", level + 1) if steps is not None else ()
    ways = [way for way in ("for_each", "while", "until") if body.get(way) is not None]
    if len(ways) != 1:
        mark = body.keys[ways[1]] if ways else body.mark
        reader.note("repeat-how", mark, f"repeat of {where} has one of for_each, while and until.")
        return None
    for key in ("as", "mode"):
        if key in body.keys and ways != ["for_each"]:
            reader.note("shape", body.keys[key], f"{key} of {where} belongs to for_each.")
    name = reader.name(reader.text(body.get("as"), "as"))
    if ways == ["for_each"] and name is None:
        reader.note("missing-key", body.mark, f'for_each of {where} needs "as".', "It names the item in its steps.")
    limit = body.get("limit")
    if limit is None and ways != ["for_each"]:
        hint = "How often it may go round; reaching it is an incident."
        reader.note("missing-key", body.mark, f'{ways[0]} of {where} needs "limit".', hint)
    if limit is not None and not _is_limit(limit):
        reader.note("shape", limit.mark, f"limit of {where} is a whole number from 1, or an expression.")
        limit = None
    items = body.get("for_each")
    if items is not None and not (items.is_list or isinstance(items.value, str)):
        reader.note("shape", items.mark, f"for_each of {where} is a list, or an expression that gives one.")
        items = None
    if items is not None and items.is_list and not items.value:
        reader.note("shape", items.mark, f"for_each of {where} goes through nothing.", "Such as =order.doses.")
    mode = reader.choice(body.get("mode"), "mode", ("one-by-one", "at-once")) or "one-by-one"
    if not inner:
        return None
    return RepeatDecl(
        mark=body.mark,
        steps=inner,
        for_each=reader.authored(items),
        name=name,
        mode=cast("Literal['one-by-one', 'at-once']", mode),
        while_=reader.condition(body.get("while"), "while"),
        until=reader.condition(body.get("until"), "until"),
        limit=reader.authored(limit),
        collect=_taken_out(reader, body.get("collect"), f"collect of {where}"),
        carry=_carried(reader, body, mode, where),
        keep=reader.flag(body.get("keep"), "keep"),
    )


def _taken_out(reader: Reader, node: Node | None, where: str) -> tuple[tuple[Text, Authored], ...]:
    """The values that an iteration leaves behind, by the names outside."""
    return tuple(
        (reader.name(key) or key, value)
        for key, one in reader.entries(node, where)
        if (value := reader.authored(one)) is not None
    )


def _carried(reader: Reader, body: Node, mode: str, where: str) -> tuple[tuple[Text, Authored], ...]:
    """`carry`: of iterations that run one after the other, and of names that are not collected as well."""
    if mode == "at-once" and "carry" in body.keys:
        message = f"The iterations of {where} run at once, so none of them is the last one."
        reader.note("carry-at-once", body.keys["carry"], message)
    collect = body.get("collect")
    collected = set(collect.keys) if collect is not None and collect.is_map else set()
    found = _taken_out(reader, body.get("carry"), f"carry of {where}")
    for name, _ in found:
        if name.value in collected:
            message = f'{where} both collects and carries "{name}".'
            reader.note("name-saved-twice", name.mark, message, "Choose a name for each.")
    return found


def _is_limit(node: Node) -> bool:
    value = node.value
    if isinstance(value, str):
        return value.startswith("=")
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def parse_section(reader: Reader, node: Node, where: str, level: int, read: ReadSteps) -> Body | None:
    """`steps` of a step itself."""
    body = node.value["steps"]
    inner = read(reader, body, where, level + 1)
    return SectionDecl(body.mark, inner) if inner else None


def parse_child(reader: Reader, node: Node, where: str) -> Body | None:
    """`pathway: {name, version, inputs, detached}`; a name alone is one that takes no inputs.

    `detached` may as well stand beside it.
    """
    body, beside = node.value["pathway"], reader.flag(node.get("detached"), "detached")
    if not body.is_map:
        name = reader.text(body if body.value is not None else None, f"pathway of {where}")
        if name is None and body.value is None:
            reader.note("missing-key", node.keys["pathway"], f"pathway of {where} names a pathway.")
        return ChildDecl(body.mark, name, detached=beside) if name else None
    if not reader.keys(body, f"pathway of {where}", ("name", "version", "inputs", "detached", "note")):
        return None
    name = reader.text(reader.required(body, "name", f"pathway of {where}"), "name")
    inputs = reader.authored_map(body.get("inputs"), f"inputs of {where} is a map of the pathway's inputs.")
    versions = _range(reader, body.get("version"))
    detached = reader.flag(body.get("detached"), "detached") or beside
    return ChildDecl(body.mark, name, versions, inputs, detached) if name else None


def _range(reader: Reader, node: Node | None) -> Text | None:
    text = reader.text(node, "version")
    if text is None:
        return None
    try:
        wanted = parse_range(text.value)
    except VersionError as error:
        reader.note("bad-version", text.mark, error.message, error.hint)
        return None
    if wanted.is_empty:
        hint = "All that stands in it must hold at once, such as >=1.2.0 <2.0.0."
        reader.note("bad-version", text.mark, f'No version is in "{text}".', hint)
    return text
