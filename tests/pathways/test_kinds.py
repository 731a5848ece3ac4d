"""Tables that go by a step's kind have every kind: what mypy can't hold them to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args, get_type_hints

import pytest

from pathways.diagram import icons, text
from pathways.diagram.drawing import GroupKind
from pathways.engine import kinds
from pathways.lint.analysis.flow import stands
from pathways.plan import Container, Step
from pathways.wording import KIND_WORDS
from store.facts.folding import WAITS
from tests.support import everything


def kind_of(step: type) -> str:
    """The word that tells a class of steps from the others."""
    (kind,) = get_args(get_type_hints(step)["kind"])
    return str(kind)


KINDS = {kind_of(one) for one in get_args(get_args(Step)[0])}
CONTAINERS = {kind_of(one) for one in get_args(Container)}


@pytest.mark.parametrize("known", [kinds.KINDS, KIND_WORDS, icons.STEPS], ids=["engine", "words", "icons"])
def test_every_kind_of_step_is_known(known: Mapping[str, object]) -> None:
    """To the engine, in words, and in pictures."""
    assert set(known) >= KINDS


def test_the_store_knows_what_a_position_waits_for() -> None:
    """At every kind of step at which one may stand without an incident."""
    assert set(WAITS) >= CONTAINERS | {one.kind for one in everything.plan().steps if stands(one)}


def test_every_kind_of_container_is_a_group_in_pictures() -> None:
    """With a word of its own."""
    assert set(get_args(GroupKind)) >= CONTAINERS
    assert set(text.GROUP_WORDS) == set(get_args(GroupKind))
