"""A pathway as a FHIR R4 PlanDefinition: valid, whole, and honest about what R4 lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import fhirkit
import pytest
from fhir.resources.R4B.plandefinition import PlanDefinition
from fhir.resources.R4B.questionnaire import Questionnaire

from pathways.datatypes import DataType
from pathways.plan import FormField, Plan
from pathways.plan_definition import export
from pathways.plan_definition.elements import action_id
from pathways.values import Computed, Condition
from tests.support.whole_plan import whole_plan

Json = Any

# The codes of R4's required bindings that the export uses (hl7.org/fhir/R4/plandefinition.html#tx).
CODES = {
    "groupingBehavior": {"visual-group", "logical-group", "sentence-group"},
    "selectionBehavior": {"any", "all", "all-or-none", "exactly-one", "at-most-one", "one-or-more"},
    "requiredBehavior": {"must", "could", "must-unless-documented"},
    "cardinalityBehavior": {"single", "multiple"},
    "priority": {"routine", "urgent", "asap", "stat"},
    "relationship": {
        "before-start", "before", "before-end", "concurrent-with-start", "concurrent", "concurrent-with-end",
        "after-start", "after", "after-end",
    },
    "kind": {"applicability", "start", "stop"},
    "status": {"draft", "active", "retired", "unknown"},
}  # fmt: skip


def everything(node: Json) -> Iterator[dict[str, Json]]:
    """Every element of a resource."""
    if isinstance(node, dict):
        yield node
        for one in node.values():
            yield from everything(one)
    elif isinstance(node, list):
        for one in node:
            yield from everything(one)


def actions(resource: Json) -> dict[str, Json]:
    """Every action by its id."""
    found: dict[str, Json] = {}

    def walk(inside: list[Json]) -> None:
        for one in inside:
            assert one["id"] not in found
            found[one["id"]] = one
            walk(one.get("action", []))

    walk(resource["action"])
    return found


def of(path: str, plan: Plan | None = None) -> Json:
    """The action of a step."""
    return actions(export(plan or whole_plan()).resource)[action_id(path)]


def with_step(path: str, **members: Any) -> Plan:
    """The plan with other members of one step."""
    plan = whole_plan()
    return replace(plan, steps=tuple(replace(one, **members) if one.id == path else one for one in plan.steps))


def test_it_is_valid() -> None:
    """R4's own definitions and the models of R4B find nothing wrong, in the forms neither."""
    resource = export(whole_plan()).resource
    assert fhirkit.validate(resource) == []
    PlanDefinition.model_validate(resource)
    assert resource["contained"]
    for form in resource["contained"]:
        assert fhirkit.validate(form) == []
        Questionnaire.model_validate(form)


def test_codes_are_r4s() -> None:
    """Where R4 binds an element to a list of codes, the code is on it."""
    for one in everything(export(whole_plan()).resource):
        for name, codes in CODES.items():
            assert one.get(name) is None or one[name] in codes or "div" in one


def test_it_has_a_narrative() -> None:
    """Whoever has no program for the resource reads what it is about; text of the author's is text there."""
    text = export(replace(whole_plan(), title="Doses < 3 & more")).resource["text"]
    assert text["status"] == "generated"
    read = ET.fromstring(text["div"])  # noqa: S314 - our own
    assert (read.tag, next(read.itertext())) == ("{http://www.w3.org/1999/xhtml}div", "Doses < 3 & more 1.0.0")
    said = list(read.itertext())
    assert "Action: Submit the claim" in said
    assert whole_plan().outcomes[0].title in said


def test_expressions_are_feel() -> None:
    """Every expression says that it is FEEL."""
    found = [one for one in everything(export(whole_plan()).resource) if "expression" in one and "language" in one]
    assert found
    assert {one["language"] for one in found} == {"text/FEEL"}


def test_every_step_is_an_action_where_it_stands() -> None:
    """The tree of actions is the tree of steps; every way's action and goal are there."""
    plan = whole_plan()
    resource = export(plan).resource
    found = actions(resource)
    assert {action_id(one.id) for one in plan.steps} <= set(found)
    inside = {one["id"]: [two["id"] for two in one.get("action", [])] for one in found.values()}
    assert inside["both"] == ["both.stock", "both.chair"]
    assert inside["both.stock"] == ["both.stock.order-drug", "both.stock.received"]
    assert inside["series"][0] == "series.check-labs"
    assert "Side.call-payer" in inside["Pathway"]
    for one in found.values():
        assert all(way["actionId"] in found for way in one.get("relatedAction", []))
        assert set(one.get("goalId", [])) <= {goal["id"] for goal in resource["goal"]}


def test_ids_are_fhirs() -> None:
    """Whatever a path is, its id is one of FHIR's, and of no other path."""
    long = "/".join(["a-very-long-step-that-says-what-it-does"] * 4)
    found = [action_id(one) for one in ("", "a", "a/b", "~a", "~a/b", long, f"{long}-2", "On/1")]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", one) for one in found)


def test_ways_on_are_related_actions() -> None:
    """A step comes after those that lead to it; a timeout after their start, by so much."""
    way = of("pause")["relatedAction"][0]
    assert (way["actionId"], way["relationship"]) == ("await-decision", "after-start")
    assert way["offsetDuration"] == {"value": 14, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}
    assert of("await-decision")["relatedAction"][0] == {"actionId": "submit", "relationship": "after-end"}


def test_the_condition_of_an_only_way_in_is_the_actions() -> None:
    """A step that one conditional way leads to applies when that holds."""
    expected = {"language": "text/FEEL", "expression": 'requirement.status = "no-auth"'}
    assert of("not-required")["condition"] == [{"kind": "applicability", "expression": expected}]


def test_events_are_triggers() -> None:
    """What starts the pathway, what a step waits for and what interrupts are named events."""
    assert of("")["trigger"] == [{"type": "named-event", "name": "order.placed"}]
    assert of("both/stock/received")["trigger"] == [{"type": "named-event", "name": "drug.received"}]
    assert of("On/1")["trigger"] == [{"type": "named-event", "name": "order.revoked"}]


def test_containers_say_how_they_behave() -> None:
    """A parallel asks for all branches or for one at least; a repeat may happen several times; a section groups."""
    assert of("both")["selectionBehavior"] == "all"
    assert of("both", with_step("both", join=1))["selectionBehavior"] == "one-or-more"
    assert of("series")["cardinalityBehavior"] == "multiple"
    assert of("leave")["groupingBehavior"] == "logical-group"
    assert [one["id"] for one in of("leave")["action"]] == ["leave.thank", "leave.ask"]
    until = of("series", with_step("series", items=None, until=Condition("done")))
    assert until["condition"][0]["kind"] == "stop"


def test_another_pathway_is_a_canonical() -> None:
    """A child is named by its canonical, under the base that was given."""
    resource = export(whole_plan(), base="https://clinic.example/fhir/").resource
    book = actions(resource)["both.chair.book"]
    assert book["definitionCanonical"] == "https://clinic.example/fhir/PlanDefinition/chair-booking"
    assert resource["relatedArtifact"][0]["resource"] == book["definitionCanonical"]
    assert resource["url"] == "https://clinic.example/fhir/PlanDefinition/prior-authorization"


def test_a_form_is_a_questionnaire() -> None:
    """Fields become items, with their choices, and a task names its form."""
    fields = (
        FormField("why", "Why", DataType("code", options=("a", "b")), required=True),
        FormField("when", "When", DataType("instant"), show_when=Condition('why = "a"')),
        FormField(
            "documents", "Documents", DataType("list", item=DataType("Reference", target=("DocumentReference",)))
        ),
    )
    resource = export(with_step("assemble", form=fields)).resource
    assert fhirkit.validate(resource) == []
    (form,) = resource["contained"]
    assert [one["type"] for one in form["item"]] == ["choice", "dateTime", "reference"]
    assert [one["valueString"] for one in form["item"][0]["answerOption"]] == ["a", "b"]
    assert form["item"][2]["repeats"] is True
    assert actions(resource)["assemble"]["definitionCanonical"] == f"#{form['id']}"


def test_clocks_are_goals() -> None:
    """A clock is a goal with its time to be reached, and its steps name it."""
    resource = export(whole_plan(success={"measure": "turnaround", "target": "5 days", "at": "p90"})).resource
    assert fhirkit.validate(resource) == []
    clock, success = resource["goal"]
    assert clock["description"] == {"text": "Payer decision due: within 7 days"}
    assert clock["target"][0]["due"]["value"] == 7
    assert success["target"][0]["measure"] == {"text": "turnaround"}
    assert actions(resource)["submit"]["goalId"] == [clock["id"]]


@pytest.mark.parametrize(
    "words",
    [
        "a task's queue; it is in an extension: assemble, series/give-dose, leave/ask, ~call-payer/call",
        "that any one of several ways in suffices: assemble, await-decision, both, keep, denied, withdrawn",
        "the action that takes a step back; it is in an extension: submit",
        "what is collected from iterations: series",
        "what is carried from one iteration to the next: series",
        "a range of versions; it is in an extension, for a canonical names one or none: both/chair/book",
    ],
)
def test_what_could_not_be_said_is_listed(words: str) -> None:
    """Each thing that R4 has no element for is named once, with all the steps that have it."""
    assert words in [str(one) for one in export(whole_plan()).unsaid]


def test_nothing_unsaid_is_said_of_what_can_be() -> None:
    """A plan of one plain end has little to leave out."""
    plan = Plan("p", "1.0.0", "P", (whole_plan().step["approved"],), outcomes=whole_plan().outcomes)
    assert [one.what for one in export(plan).unsaid] == [
        "that a step ends the pathway, and how; it is in an extension."
    ]
    assert fhirkit.validate(export(plan).resource) == []


def test_a_priority_that_depends_is_kept() -> None:
    """An expression as priority is in an extension; a plain one is the action's."""
    assert of("assemble")["priority"] == "routine"
    depends = of("assemble", with_step("assemble", priority=Computed('=if urgent then "stat" else "routine"')))
    assert "priority" not in depends
