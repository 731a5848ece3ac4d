"""A catalog is read section by section; what it can't mean is refused where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.catalog import Catalog, EntryError, read_catalog
from pathways.datatypes import DataType


def test_roles_are_a_list_or_a_map_that_marks_the_clinical_ones() -> None:
    """Only those that say so pass a clinical gate; a catalog over another adds to it."""
    plain = read_catalog({"roles": ["nurse", "clerk"]})
    assert (plain.roles, plain.clinical_roles) == (frozenset({"nurse", "clerk"}), frozenset())
    more = read_catalog(
        {"roles": {"pharmacist": {"title": "Pharmacist", "clinical": True}, "porter": None}}, base=plain
    )
    assert more.roles == frozenset({"nurse", "clerk", "pharmacist", "porter"})
    assert more.clinical_roles == {"pharmacist"}


def test_problems_are_a_list_or_a_map() -> None:
    """What a map says of each is for people."""
    for problems in (["gone", "late"], {"gone": "It is gone", "late": {"title": "Too late"}}):
        document = {"actions": {"book": {"problems": problems}}}
        assert read_catalog(document).actions["book"].problems == ("gone", "late")


def test_value_sets_are_lists_of_codes() -> None:
    """Codes are texts, also where YAML made numbers of them."""
    found = read_catalog({"value_sets": {"a": ["x", 1], "b": {"codes": ["y"], "title": "B"}}}).value_sets
    assert found == {"a": ("x", "1"), "b": ("y",)}


def test_pathways_have_inputs_and_outcomes_that_give() -> None:
    """What is left out is not known; an outcome without give gives nothing."""
    document = {
        "pathways": {
            "all": {"inputs": {"day": "date"}, "outcomes": {"done": {"give": {"at": "instant"}}, "lost": None}},
            "some": {"outcomes": ["done"]},
            "none": None,
        }
    }
    found = read_catalog(document).pathways
    assert found["all"].inputs is not None
    assert found["all"].inputs.by_name["day"].type == DataType("date")
    assert found["all"].outcomes is not None
    assert found["all"].outcomes["done"].by_name["at"].type == DataType("instant")
    assert found["all"].outcomes["lost"] == DataType("object")
    assert (found["some"].inputs, found["none"].outcomes) == (None, None)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"value_set": {}}, ("value_set",)),
        ({"value_sets": {"a": "x"}}, ("value_sets", "a")),
        ({"value_sets": {"a": {"code": ["x"]}}}, ("value_sets", "a")),
        ({"value_sets": {"a": [["x"]]}}, ("value_sets", "a")),
        ({"roles": {"nurse": {"clinical": "yes"}}}, ("roles", "nurse")),
        ({"actions": {"a": {"business_key": ["order"]}}}, ("actions", "a")),
        ({"actions": {"a": {"slow": "yes"}}}, ("actions", "a")),
        ({"pathways": {"a": 1}}, ("pathways", "a")),
        ({"pathways": {"a": {"outcome": {}}}}, ("pathways", "a")),
        ({"pathways": {"a": {"outcomes": "done"}}}, ("pathways", "a")),
        ({"pathways": {"a": {"outcomes": {"done": {"give": "x"}}}}}, ("pathways", "a")),
        ({"pathways": {"a": {"inputs": {"x": "txet"}}}}, ("pathways", "a")),
    ],
)
def test_what_no_catalog_says_is_refused_with_its_path(document: dict[str, Any], path: tuple[str, ...]) -> None:
    """So that the file's line can be named."""
    with pytest.raises(EntryError) as raised:
        read_catalog(document)
    assert raised.value.path == path


def test_a_catalog_of_nothing_knows_nothing() -> None:
    """And refuses nothing."""
    assert read_catalog({}) == Catalog()
