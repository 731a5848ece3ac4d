"""Every block sees its own names and those around it, each with its type."""

from __future__ import annotations

from pathways.datatypes import ANY, DataType
from pathways.name_types import ITERATION, NameTypes, common_type
from pathways.plan import Repeat
from pathways.values import Computed
from tests.support import everything
from tests.support.authored import plan


def test_a_block_sees_its_own_names_and_those_around_it() -> None:
    """An iteration its item and number; nobody outside sees them."""
    types = NameTypes(everything.plan())
    inside, outside = types.visible("series"), types.visible("")
    assert {"dose", "booked", "order", "requirement", "administered", ITERATION} <= set(inside)
    assert not {"dose", "booked", ITERATION} & set(outside)
    assert {"administered", "looks", "ride"} <= set(outside)
    assert inside["dose"].by_name["number"].type == DataType("integer")


def test_branches_share_what_is_around_them() -> None:
    """What one saves is in the scope of the pathway."""
    types = NameTypes(everything.plan())
    assert set(types.visible("prepare/stock")) == set(types.visible("prepare/transport")) == set(types.visible(""))


def test_a_side_flow_sees_the_pathway_and_not_the_other_way_round() -> None:
    """What it saves is its own."""
    types = NameTypes(everything.plan())
    assert "called" in types.visible("~call-back")
    assert "requirement" in types.visible("~call-back")
    assert "called" not in types.visible("")
    assert ITERATION not in types.visible("~call-back")


def test_what_is_computed_from_what_is_computed_has_a_type() -> None:
    """In whichever order it stands."""
    text = "a: {set: {w: =z, z: =y, y: =x, x: =today()}}\nb: {end: done}"
    assert {one.name: one.type.kind for one in plan(text).names} == {"w": "date", "z": "date", "y": "date", "x": "date"}


def test_a_list_of_lists_is_gone_through_level_by_level() -> None:
    """The item of an outer repeat is the list of an inner one; what it collects is a list of its values."""
    text = """
    inputs:
      weeks: {type: list, item: {type: object, fields: {days: {type: list, item: date}}}}
    steps:
      outer:
        repeat:
          for_each: =weeks
          as: week
          collect: {first: "=week.days[1]", counts: =count(seen)}
          steps:
            inner:
              repeat:
                for_each: =week.days
                as: day
                collect: {seen: =day}
                steps:
                  rest: {wait: {until: =day}}
      over: {end: done}
    """
    whole = plan(text)
    outer, inner = whole.step["outer"], whole.step["outer/inner"]
    assert isinstance(outer, Repeat)
    assert isinstance(inner, Repeat)
    assert inner.item == DataType("date")
    assert {one.name: one.type.item and one.type.item.kind for one in (*outer.collected, *inner.collected)} == {
        "first": "date",
        "counts": "decimal",
        "seen": "date",
    }


def test_a_carried_name_has_the_type_of_all_that_give_it_a_value() -> None:
    """Inside and outside; also where it is worked out from itself."""
    text = """
    steps:
      begin: {set: {total: 0, last: =null}}
      days:
        repeat:
          for_each: =[1, 2]
          as: day
          carry: {total: =total + day, last: "=today()", which: {day: =day, on: =last}}
          steps: {rest: {wait: {for: 1 day}}}
      over: {end: done}
    """
    types = NameTypes(plan(text))
    for block in ("", "days"):
        seen = types.visible(block)
        assert (seen["total"].kind, seen["last"].kind) == ("decimal", "date")
        assert {one.name: one.type.kind for one in seen["which"].fields} == {"day": "decimal", "on": "date"}


def test_a_name_of_two_scopes_has_a_type_in_each() -> None:
    """In the plan as a whole it has what both have."""
    text = """
    a: {repeat: {while: true, limit: 2, steps: {c: {set: {x: 1}}}}}
    b: {repeat: {while: true, limit: 2, steps: {c: {set: {x: text}}}}}
    d: {end: done}
    """
    whole = plan(text)
    types = NameTypes(whole)
    assert (types.visible("a")["x"].kind, types.visible("b")["x"].kind) == ("decimal", "text")
    assert whole.types["x"] == ANY


def test_values_with_fields_have_the_types_of_their_fields() -> None:
    """Also where some of them are expressions."""
    types = NameTypes(everything.plan())
    found = types.type_of(Computed({"day": "=requirement.limit", "n": "=dose.number", "s": "x"}), "series")
    assert {one.name: one.type.kind for one in found.fields} == {"day": "duration", "n": "integer", "s": "text"}


def test_the_common_type_of_objects_has_the_fields_of_all() -> None:
    """Those that are not always there are not required, those that differ are of any type."""
    assert common_type([]) == ANY
    assert common_type([DataType("date"), ANY, DataType("date")]) == DataType("date")
    assert common_type([DataType("date"), DataType("text")]) == ANY
