"""Scenarios: an author's tests of a pathway, run on the pure engine in virtual time.

Touch this package when authors should be able to say something new in a scenario: `parse.py` reads it, `world.py`
lets it happen, `expect.py` compares, `report.py` says how it went.
"""

from pathways.scenarios.model import Scenario, ScenarioFile
from pathways.scenarios.parse import ReadScenarios, parse_scenarios
from pathways.scenarios.run import Failure, Result, run_all, run_scenario

__all__ = [
    "Failure",
    "ReadScenarios",
    "Result",
    "Scenario",
    "ScenarioFile",
    "parse_scenarios",
    "run_all",
    "run_scenario",
]
