"""Going on with another plan: the language says where everything goes, this carries it out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from pathways import migration as language
from pathways.engine import advance
from pathways.events import TimePassed
from pathways.facts import Recorded, recorded_to_json
from pathways.messages import Answer, Migrate, Refused
from pathways.migration import MigrationMap, map_from_json
from pathways.plan import Plan
from workflows.instance import Instance

Json = Any


@dataclass(frozen=True)
class Migration:
    """What going on with `plan` means for an instance as it stands."""

    plan: Plan
    found: language.Migration

    @property
    def refused(self) -> Refused | None:
        """Why it may not be done; each reason in a sentence."""
        if not self.found.blocked:
            return None
        return Refused("migration-blocked", "The instance can't go on with that version.", list(self.found.blocked))

    @property
    def preview(self) -> Json:
        """What would happen, as JSON: where each position goes, the facts, and what is in the way."""
        recorded = Recorded(self.found.state.rev, self.found.facts)
        return {
            "blocked": list(self.found.blocked),
            "moves": [asdict(one) for one in self.found.moves],
            "positions": sorted(self.found.state.positions),
            "facts": recorded_to_json((recorded,))[0]["facts"],
        }

    def carry_out(self, instance: Instance, request: str) -> Answer:
        """Do it."""
        if (refused := self.refused) is not None:
            return Answer(instance.state.rev, None, refused)
        result = {"digest": self.plan.digest, "version": self.plan.version}
        instance.plan = self.plan
        instance.adopt(self.found.state, self.found.facts, self.found.commands, request, result)
        return Answer(instance.state.rev, result)


def migration_of(instance: Instance, plan: Plan, order: Migrate, at: datetime) -> Migration:
    """What going on with a plan means for an instance, once what is due has happened."""
    if order.rev is not None and order.rev != instance.state.rev:
        return Migration(plan, language.Migration(instance.state, blocked=("It has moved on since.",)))
    mapping = _read(order.mapping)
    if isinstance(mapping, str):
        return Migration(plan, language.Migration(instance.state, blocked=(mapping,)))
    state = advance(instance.plan, instance.state, TimePassed(), at).state
    found = language.migrate(instance.plan, plan, state, mapping, at, order.by, order.reason, hold=order.hold)
    return Migration(plan, found)


def _read(document: Json) -> MigrationMap | str:
    """The map; or why it is none."""
    try:
        return map_from_json(document)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)})
        return f"The map can't be read: {', '.join(places)}."
