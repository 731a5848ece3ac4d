"""Going on with another plan: the language says where everything goes, this carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pathways.facts import Recorded, recorded_to_json
from pathways.messages import Answer, Migrate, Refused
from pathways.plan import Plan
from workflows.instance import Instance

Json = Any


@dataclass(frozen=True)
class Migration:
    """What a migration would do to an instance, or why it may not."""

    plan: Plan
    found: Any

    @property
    def refused(self) -> Refused | None:
        """Why it may not be done."""
        if not self.found.blocked:
            return None
        return Refused("migration-blocked", "The instance can't go on with that version.", list(self.found.blocked))

    @property
    def preview(self) -> Json:
        """What would happen, as JSON."""
        state = self.found.state
        return {
            "blocked": list(self.found.blocked),
            "positions": sorted(state.positions),
            "facts": recorded_to_json((Recorded(state.rev, self.found.facts),))[0]["facts"],
        }

    def carry_out(self, instance: Instance, request: str) -> Answer:
        """Do it."""
        if (refused := self.refused) is not None:
            return Answer(instance.state.rev, None, refused)
        result = {"digest": self.found.state.digest, "version": self.plan.version}
        instance.plan = self.plan
        instance.adopt(self.found.state, self.found.facts, self.found.commands, request, result)
        return Answer(instance.state.rev, result)


def migration_of(instance: Instance, plan: Plan, order: Migrate, at: datetime) -> Migration:
    """What going on with a plan means for an instance as it stands."""
    from pathways import migrate as language  # type: ignore[attr-defined]

    found = language.migrate(instance.plan, plan, instance.state, order.mapping, at, order.by, order.reason)
    return Migration(plan, found)
