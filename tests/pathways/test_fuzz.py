"""Whatever is written, reading and compiling says what is wrong with it, where, and never gives up."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.catalog import EntryError, read_catalog
from pathways.compile import compile_definition
from pathways.lint import RULES, lint
from pathways.parse import parse
from pathways.plan import plan_from_json
from pathways.source import read_source
from tests.support import everything

TREE: Any = read_source(everything.TEXT).plain
LINES = everything.TEXT.splitlines()

Path = tuple[str | int, ...]


def paths(tree: Any, above: Path = ()) -> Iterator[Path]:
    """Every place in a tree, its top aside."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, one in inner:
        yield (*above, key)
        yield from paths(one, (*above, key))


PLACES = list(paths(TREE))
CATALOG: Any = read_source((everything.FOLDER / "everything.catalog.yaml").read_text(encoding="utf-8")).plain
CATALOG_PLACES = list(paths(CATALOG))
WORDS = sorted({str(key) for place in PLACES for key in place} | {"", "=", "branch", "none", "a/b", "~call-back", "-"})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.text(max_size=12).map(lambda text: f"={text}"),
    st.text(max_size=12).map(lambda text: f"{{{{ {text} }}}}"),
    st.sampled_from(["=null", "= 1 +", "{{ x", "-5", "3 business days", "2026-02-30", "0 days", "150%", "=iteration"]),
)
KEYS = st.one_of(st.sampled_from(WORDS), st.text(max_size=8))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


def at(tree: Any, place: Path) -> Any:
    """What stands at a place, or None where a change before took it away."""
    for key in place:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


@st.composite
def changed(draw: st.DrawFn) -> str:
    """The whole language with a few things in it changed, taken out, renamed, or put elsewhere."""
    tree = copy.deepcopy(TREE)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(PLACES))
        holder: Any = at(tree, place[:-1])
        key: Any = place[-1]
        if at(tree, place) is None:
            continue
        what = draw(st.sampled_from(["value", "out", "name", "elsewhere"]))
        if what == "value":
            holder[key] = draw(VALUES)
        elif what == "elsewhere":
            holder[key] = copy.deepcopy(at(tree, draw(st.sampled_from(PLACES))))
        elif isinstance(holder, list):
            holder.pop(key)
        else:
            taken = holder.pop(key)
            if what == "name":
                holder[draw(KEYS)] = taken
    return json.dumps(tree)


@st.composite
def torn(draw: st.DrawFn) -> str:
    """The file with lines of it missing, doubled, moved in, or cut."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["out", "twice", "in", "cut", "text"]))
        if what == "out":
            del lines[place]
        elif what == "twice":
            lines.insert(place, lines[place])
        elif what == "in":
            lines[place] = "  " + lines[place]
        elif what == "cut":
            lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
        else:
            lines[place] += draw(st.text(max_size=5))
    return "\n".join(lines)


def judge(text: str) -> None:
    """Read, compile and lint a text; every finding has its place, and a plan that is made survives JSON."""
    catalog = everything.catalog()
    parsed = parse(text, "x.yaml")
    if parsed.definition is not None:
        compiled = compile_definition(parsed.definition, catalog)
        json.dumps(compiled.draft.document)
        if compiled.plan is not None and not parsed.diagnostics:
            assert plan_from_json(json.loads(json.dumps(compiled.plan.document))).digest == compiled.plan.digest
        compile_definition(parsed.definition, read_catalog({}))
    most = text.count("\n") + 2
    for one in lint(text, "x.yaml", catalog, date(2026, 3, 2)).diagnostics:
        assert one.rule in RULES
        assert one.message
        assert 1 <= one.line <= most
        assert one.column >= 1


@given(changed())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_changed_definition_is_judged_and_never_raises(text: str) -> None:
    """Whatever stands in the place of something else is a finding, or means something."""
    judge(text)


@given(torn())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_torn_file_is_judged_and_never_raises(text: str) -> None:
    """An editor shows half a file all the time."""
    judge(text)


@given(VALUES)
@settings(max_examples=40, deadline=None)
def test_anything_at_all_is_judged_and_never_raises(value: Any) -> None:
    """No file is too odd to say what is wrong with it."""
    judge(json.dumps(value))


@st.composite
def changed_catalog(draw: st.DrawFn) -> Any:
    """The catalog of the whole language with a few things in it changed or taken out."""
    tree = copy.deepcopy(CATALOG)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(CATALOG_PLACES))
        holder: Any = at(tree, place[:-1])
        key: Any = place[-1]
        if at(tree, place) is None:
            continue
        if draw(st.booleans()):
            holder[key] = draw(VALUES)
        else:
            holder.pop(key)
    return tree


@given(changed_catalog())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_changed_catalog_is_read_or_refused(document: Any) -> None:
    """With the error that says where; and whatever is read compiles."""
    try:
        catalog = read_catalog(document)
    except EntryError:
        return
    json.dumps(compile_definition(everything.definition(), catalog).draft.document)
