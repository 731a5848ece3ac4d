"""Wherever a step stands, its ways lead to the nearest step of the name: outwards, and never inwards."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.addresses import block_of, local_of
from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.compile.layout import Layout
from pathways.parse import parse
from tests.support import everything

IDS = ["a", "b", "c", "d"]


def blocks(level: int) -> st.SearchStrategy[dict[str, Any]]:
    """A block of steps with others inside, of which some lead to a step of a name."""
    step: st.SearchStrategy[dict[str, Any]] = st.just({"wait": {"for": "1 day"}})
    if level:
        inner = blocks(level - 1)
        step = st.one_of(
            step,
            inner.map(lambda steps: {"repeat": {"while": True, "limit": 2, "steps": steps}}),
            st.dictionaries(st.sampled_from(["l", "r"]), inner, min_size=1).map(
                lambda found: {"parallel": {"branches": {name: {"steps": steps} for name, steps in found.items()}}}
            ),
            inner.map(lambda steps: {"steps": steps}),
        )
    leading = st.tuples(step, st.sampled_from([None, *IDS])).map(
        lambda found: {**found[0], "next": found[1]} if found[1] else found[0]
    )
    return st.dictionaries(st.sampled_from(IDS), leading, min_size=1, max_size=3)


@given(blocks(3), blocks(1))
@settings(max_examples=100, deadline=None)
def test_ways_lead_outwards_to_the_nearest_of_the_name(steps: dict[str, Any], flow: dict[str, Any]) -> None:
    """A way that has no such step is a finding, whatever else there is of that name."""
    document = {
        "language": 1, "pathway": "p", "version": "1.0.0", "title": "P", "outcomes": {"done": "Done"},
        "steps": steps, "side_flows": {"f": {"steps": flow}},
    }  # fmt: skip
    definition = parse(json.dumps(document)).definition
    assert definition is not None
    compiled = compile_definition(definition, Catalog())
    lost = sum(one.rule == "unknown-step" for one in compiled.diagnostics)
    for placed in definition.placed:
        wanted = [edge.to.value for edge in placed.step.next or ()]
        for name, edge in zip(wanted, compiled.draft.step[placed.path].next, strict=False):
            around = [placed.block]
            while around[-1] and (owner := compiled.draft.blocks[around[-1]].owner):
                around.append(block_of(owner))
            have = [one for one in around if name in {local_of(step) for step in _ids(compiled.draft.step, one)}]
            if have:
                assert edge.to == (f"{have[0]}/{name}" if have[0] else name)
            else:
                lost -= 1
    assert lost == 0


def _ids(steps: dict[str, Any], block: str) -> list[str]:
    return [path for path in steps if block_of(path) == block]


def test_blocks_have_words() -> None:
    """For messages."""
    layout = Layout(everything.definition())
    assert [layout.place(block) for block in ("", "prepare/stock", "prepare/stock/ordered", "visit", "~call-back")] == [
        "the pathway itself",
        'the branch "stock" of "prepare"',
        'the repeat "prepare/stock/ordered"',
        'the section "visit"',
        'the side flow "call-back"',
    ]


def test_data_live_in_the_nearest_iteration_side_flow_or_pathway() -> None:
    """Branches and sections have none of their own."""
    layout = Layout(everything.definition())
    blocks = ("", "prepare/stock", "prepare/stock/ordered", "visit/talk", "~call-back")
    assert [layout.data_block(block) for block in blocks] == ["", "", "prepare/stock/ordered", "", "~call-back"]
