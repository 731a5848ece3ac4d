"""Scenarios: an author's tests of a pathway, run on the pure engine in virtual time.

Touch this package when authors should be able to say something new in a scenario: `parse*.py` read it, `world.py`
lets it happen with `actions.py`, `children.py` and `messages.py`, `people.py` does what people do, `expect*.py`
compare, `report.py` says how it went.
"""

from pathways.scenarios.fitting import Known
from pathways.scenarios.library import Library, Plans
from pathways.scenarios.model import Scenario, ScenarioFile
from pathways.scenarios.parse import ReadScenarios, parse_scenarios
from pathways.scenarios.run import Failure, Result, run_all, run_scenario

__all__ = [
    "Failure",
    "Known",
    "Library",
    "Plans",
    "ReadScenarios",
    "Result",
    "Scenario",
    "ScenarioFile",
    "parse_scenarios",
    "run_all",
    "run_scenario",
]
