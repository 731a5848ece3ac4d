"""JSON Patch (RFC 6902) on a resource."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


class PatchError(ValueError):
    """The patch is malformed or does not fit the document."""


def apply(document: Any, operations: Any) -> Any:
    """The document with the operations applied, all or none. Raises PatchError."""
    if not isinstance(operations, list):
        raise PatchError("a JSON Patch is a list of operations")
    patched = deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise PatchError("each operation needs an op and a path")
        patched = _apply_one(patched, operation)
    return patched


def _apply_one(document: Any, operation: dict[str, Any]) -> Any:
    name, path = operation.get("op"), _pointer(operation["path"])
    if name in ("add", "replace", "test") and "value" not in operation:
        raise PatchError(f"{name} needs a value")
    if name == "add":
        return _add(document, path, operation["value"])
    if name == "remove":
        return _remove(document, path)
    if name == "replace":
        _get(document, path)
        return _add(_remove(document, path), path, operation["value"]) if path else operation["value"]
    if name == "test":
        if _get(document, path) != operation["value"]:
            raise PatchError(f"test failed at {operation['path']}")
        return document
    if name in ("move", "copy") and isinstance(operation.get("from"), str):
        source = _pointer(operation["from"])
        value = deepcopy(_get(document, source))
        return _add(_remove(document, source) if name == "move" else document, path, value)
    raise PatchError(f"{name!r} is no operation of JSON Patch")


def _pointer(text: str) -> list[str]:
    if text == "":
        return []
    if not text.startswith("/"):
        raise PatchError(f"{text!r} is no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]


def _get(document: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            raise PatchError(f"nothing at /{'/'.join(path)}")
    return document


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent, last = _get(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and (last == "-" or (last.isdigit() and int(last) <= len(parent))):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        raise PatchError(f"nothing can be added at /{'/'.join(path)}")
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        raise PatchError("the whole document cannot be removed")
    _get(document, path)
    parent, last = _get(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        parent.pop(int(last))
    else:
        del parent[last]
    return document
