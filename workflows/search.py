"""Temporal's search attributes, where the server has them: for operators of Temporal, never for our own lists.

Whoever starts the workflow decides: it sets `CarelanePathway` and `CarelaneVersion` where they are registered, and
the instance then keeps `CarelaneStage` and `CarelaneIncident` beside them. Nothing in them is about a patient.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from pathways.state import State

PATHWAY = SearchAttributeKey.for_keyword("CarelanePathway")
VERSION = SearchAttributeKey.for_keyword("CarelaneVersion")
STAGE = SearchAttributeKey.for_keyword("CarelaneStage")
INCIDENT = SearchAttributeKey.for_keyword("CarelaneIncident")
ALL = (PATHWAY, VERSION, STAGE, INCIDENT)


class SearchAttributes:
    """Keeps an instance's search attributes, one event of history for each change."""

    def __init__(self) -> None:
        known = workflow.info().typed_search_attributes
        self._kept = known.get(PATHWAY) is not None
        self._shown = (known.get(VERSION), known.get(STAGE), known.get(INCIDENT))

    def follow(self, state: State, version: str) -> bool:
        """Show the version, the state's stage and the kind of its first open incident; whether one of them changed."""
        if not self._kept:
            return False
        incidents = (one.incident.kind for one in state.positions.values() if one.incident is not None)
        shown = (version, state.stage, next(incidents, None))
        if shown == self._shown:
            return False
        self._shown = shown
        workflow.upsert_search_attributes(
            [
                key.value_set(value) if value else key.value_unset()
                for key, value in zip((VERSION, STAGE, INCIDENT), shown, strict=True)
            ]
        )
        return True
