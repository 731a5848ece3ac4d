"""What actions declare, how they are found, and that none is named, registered or written without the others."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel

import activities.steps
from activities.execution import activities_of
from activities.gateways.fhir import FhirClient
from activities.registry import RegistryError, Step, StepContext, catalog, discover, step
from activities.types import Attachment, Quantity, Reference, Targets
from pathways.catalog import Retry
from pathways.datatypes import DataType
from tests.support.core import live_core

ROOT = Path(__file__).parents[2]


class Given(BaseModel):
    """An input of every type."""

    patient: Annotated[Reference, Targets("Patient")]
    order: Annotated[Reference, Targets("ServiceRequest", "MedicationRequest")] | None = None
    anything: Reference | None = None
    code: Literal["a", "b"]
    dose: Quantity | None = None
    file: Attachment | None = None
    documents: list[Annotated[Reference, Targets("DocumentReference")]] = []


class Gives(BaseModel):
    """An output."""

    count: int
    note: str | None = None


@step(
    "test.everything",
    problems=["nothing-there"],
    reads=["Patient"],
    writes=["Task"],
    business_key="code",
    retry=Retry(attempts=2),
    timeout=5,
    slow=True,
)
async def everything(given: Given, context: StepContext) -> Gives:
    """Do nothing."""
    return Gives(count=len(given.documents))


def test_what_a_step_declares() -> None:
    """The declaration is what definitions are checked against and the engine works with."""
    action = everything.action
    assert (action.name, action.problems, action.reads, action.writes) == (
        "test.everything",
        ("nothing-there",),
        ("Patient",),
        ("Task",),
    )
    assert (action.business_key, action.retry.attempts, action.timeout_seconds, action.slow) == ("code", 2, 5, True)


def test_types_of_inputs() -> None:
    """References keep their targets, codes their options, and quantities and attachments are what they are."""
    fields = everything.action.input.by_name
    assert fields["patient"].type == DataType("Reference", target=("Patient",))
    assert fields["order"].type == DataType("Reference", target=("ServiceRequest", "MedicationRequest"))
    assert fields["anything"].type == DataType("Reference")
    assert fields["code"].type == DataType("code", options=("a", "b"))
    assert fields["dose"].type == DataType("quantity")
    assert fields["file"].type == DataType("attachment")
    assert fields["documents"].type.item == DataType("Reference", target=("DocumentReference",))
    assert [name for name, field in fields.items() if field.required] == ["patient", "code"]


def test_types_of_outputs() -> None:
    """An output's fields are typed, those with a default too."""
    fields = everything.action.output.by_name
    assert (fields["count"].type.kind, fields["note"].type.kind) == ("integer", "text")


def test_a_step_must_take_and_give_models() -> None:
    """A function of another shape is refused where it is declared."""
    with pytest.raises(RegistryError, match=r"test\.bad must take a pydantic model"):

        @step("test.bad")  # type: ignore[type-var]
        async def bad(given: dict[str, str], context: StepContext) -> Gives:
            """Take something else."""
            raise AssertionError


def test_a_business_key_names_an_input() -> None:
    """A business key that is no input is refused where it is declared."""
    with pytest.raises(RegistryError, match='no input "dose_number"'):

        @step("test.bad", business_key="dose_number")
        async def bad(given: Given, context: StepContext) -> Gives:
            """Name what is not there."""
            raise AssertionError


# -- wiring ------------------------------------------------------------------------------------------------------


def _named_in_library() -> set[str]:
    library = resources.files("pathways").joinpath("library")
    texts = [
        version.read_text(encoding="utf-8")
        for folder in library.iterdir()
        if folder.is_dir()
        for version in folder.iterdir()
        if version.name.endswith(".yaml")
    ]
    return {name for text in texts for name in re.findall(r"\bdo: ([a-z_]+\.[a-z_]+)", text)}


def test_every_action_of_the_library_is_registered() -> None:
    """Whatever a library pathway names, a worker can run."""
    named = _named_in_library()
    assert named
    assert named <= set(discover())


async def test_every_registered_action_is_an_activity() -> None:
    """A worker registers each action under its own name."""
    async with FhirClient("http://127.0.0.1:1/fhir") as fhir:
        made = activities_of(discover().values(), fhir)
    names = {one.__temporal_activity_definition.name for one in made}  # type: ignore[attr-defined]
    assert names == set(discover())


def test_every_registered_action_has_a_test() -> None:
    """Each action is run by a test of its module."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/activities/steps").glob("test_*.py")]
    untested = [name for name in discover() if not any(f'"{name}"' in text for text in texts)]
    assert untested == []


def test_the_catalog_has_every_action() -> None:
    """Lint knows what workers run."""
    assert set(catalog().actions) == set(discover())


def test_actions_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two actions of one name are refused when the worker starts."""
    text = (ROOT / "activities/steps/messaging.py").read_text(encoding="utf-8")
    (tmp_path / "messaging_twice.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(activities.steps, "__path__", [*activities.steps.__path__, str(tmp_path)])
    with pytest.raises(RegistryError, match=r"Two actions are called messaging\.notify"):
        discover()


# -- the page for those who add one --------------------------------------------------------------------------------


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The page's Python blocks, the first of them installed as the only module of steps."""
    page = (ROOT / "docs/adding-an-activity.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "count_visits.py").write_text(blocks[0], encoding="utf-8")
    monkeypatch.setattr(activities.steps, "__path__", [str(tmp_path)])
    return blocks


async def test_the_page_about_adding_one(example: list[str], tmp_path: Path) -> None:
    """Its example is under thirty lines, is found without registration, and passes its own test."""
    from tests.activities.steps.conftest import Clinic

    source, test = example
    assert len(source.strip().splitlines()) < 30
    assert isinstance(discover()["referral.count_visits"], Step)
    names: dict[str, object] = {}
    exec(test, names)  # noqa: S102 - the example of our own page
    with live_core(tmp_path / "core.db") as core:
        async with FhirClient(core.base_url) as fhir:
            clinic = Clinic(core, fhir, discover())
            await clinic.admit()
            tests = [one for name, one in names.items() if name.startswith("test_")]
            assert len(tests) == 1
            for one in tests:
                await one(clinic)  # type: ignore[operator]
