"""JSON Patch does what RFC 6902 says."""

from __future__ import annotations

from typing import Any

import pytest

from devcore.jsonpatch import PatchError, apply

DOCUMENT = {"a": {"b": [1, 2, 3]}, "c~d": 1, "e/f": 2}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/a/b/1", "value": 9}, DOCUMENT | {"a": {"b": [1, 9, 2, 3]}}),
        ({"op": "add", "path": "/a/b/-", "value": 9}, DOCUMENT | {"a": {"b": [1, 2, 3, 9]}}),
        ({"op": "add", "path": "/x", "value": None}, DOCUMENT | {"x": None}),
        ({"op": "replace", "path": "/a/b/0", "value": 9}, DOCUMENT | {"a": {"b": [9, 2, 3]}}),
        ({"op": "replace", "path": "", "value": 9}, 9),
        ({"op": "add", "path": "", "value": 9}, 9),
        ({"op": "remove", "path": "/a/b"}, DOCUMENT | {"a": {}}),
        ({"op": "move", "from": "/a/b/0", "path": "/a/b/2"}, DOCUMENT | {"a": {"b": [2, 3, 1]}}),
        ({"op": "copy", "from": "/a/b", "path": "/g"}, DOCUMENT | {"g": [1, 2, 3]}),
        ({"op": "test", "path": "/c~0d", "value": 1}, DOCUMENT),
        ({"op": "test", "path": "/e~1f", "value": 2}, DOCUMENT),
    ],
)
def test_an_operation_gives(operation: dict[str, Any], expected: Any) -> None:
    """Each operation gives its document and leaves the original alone."""
    assert apply(DOCUMENT, [operation]) == expected
    assert DOCUMENT["a"] == {"b": [1, 2, 3]}


@pytest.mark.parametrize(
    "operations",
    [
        {},
        ["x"],
        [{"op": "add"}],
        [{"op": "add", "path": "/x"}],
        [{"op": "add", "path": "x", "value": 1}],
        [{"op": "add", "path": "/a/b/7", "value": 1}],
        [{"op": "add", "path": "/a/b/x", "value": 1}],
        [{"op": "replace", "path": "/x", "value": 1}],
        [{"op": "remove", "path": "/x"}],
        [{"op": "remove", "path": ""}],
        [{"op": "move", "path": "/x"}],
        [{"op": "test", "path": "/e~1f", "value": 3}],
        [{"op": "brew", "path": "/x"}],
    ],
)
def test_what_does_not_fit_is_refused(operations: Any) -> None:
    """A malformed patch, or one that does not fit the document, is refused whole."""
    with pytest.raises(PatchError):
        apply(DOCUMENT, operations)
