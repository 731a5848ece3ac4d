"""What revisions say of an instance as a whole: its row, its data, and what the audit keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pathways import facts
from store.audit import NewAuditEntry, actor_of
from store.facts.changes import Changes, Known, Row

Json = Any


class FoldsInstance:
    """Keeps what later facts need to know of the instance. `changes` is what all the facts so far come to."""

    def __init__(self, known: Known) -> None:
        self.changes = Changes()
        self.instance = known.instance
        self.pathway, self.version, self.title = known.pathway, known.version, known.title
        self.was_suspended, self.held = known.suspended, known.holds
        self.inputs_known = bool(known.inputs)
        self.attributes: Mapping[str, Json] = known.attributes
        self.data: Mapping[str, Mapping[str, Json]] = known.data

    def started(self, fact: facts.InstanceStarted) -> None:
        """It began."""
        self.pathway, self.version, self.title = fact.pathway, fact.version, fact.title
        self.changes.fields |= {
            "pathway": fact.pathway,
            "version": fact.version,
            "digest": fact.digest,
            "title": fact.title,
            "zone": fact.zone,
            "site": fact.site,
            "status": "running",
            "started_by": fact.by,
            "started_at": fact.at,
        }
        if fact.parent is not None:
            self.changes.fields |= {
                "parent_instance": fact.parent.instance,
                "parent_address": fact.parent.address,
            }
        self.audit(fact.at, fact.by, "", "instance.start", f"instance/{self.instance}")

    def ending(self, fact: facts.InstanceEnding, shown: Json) -> None:
        """It is on its way to an end."""
        told = {name: shown[name] for name in ("outcome", "at", "by", "reason")}
        self.changes.fields |= {"status": "cancelling", "ending": told, **self._free()}
        detail = {"outcome": fact.outcome} | ({"reason": fact.reason} if fact.reason else {})
        self.audit(fact.at, fact.by, "", "instance.ending", f"instance/{self.instance}", detail)

    def ended(self, fact: facts.InstanceEnded) -> None:
        """It has ended."""
        self.changes.fields |= {
            "status": "ended",
            "outcome": fact.outcome,
            "outcome_title": fact.title,
            "outcome_kind": fact.kind,
            "give": fact.give,
            "ending": None,
            "offers": [],
            "ended_at": fact.at,
            **self._free(),
        }
        detail = {"outcome": fact.outcome} | ({"reason": fact.reason} if fact.reason else {})
        self.audit(fact.at, fact.by, "", "instance.end", f"instance/{self.instance}", detail)

    def _free(self) -> Row:
        """What ends is neither suspended nor held any more, and takes nothing that was deferred meanwhile."""
        self.changes.drop_deferred |= self.was_suspended
        return {"suspended": False, "suspension": None, "hold": None, "own_hold": None}

    def suspended(self, fact: facts.InstanceSuspended, shown: Json) -> None:
        """Nothing new begins."""
        told = {name: shown[name] for name in ("at", "by", "reason")}
        self.changes.fields |= {"suspended": True, "suspension": told}
        self.was_suspended = True
        self.audit(fact.at, fact.by, "", "instance.suspend", f"instance/{self.instance}", {"reason": fact.reason})

    def resumed(self, fact: facts.InstanceResumed, rev: int) -> None:
        """It goes on; what was deferred comes again."""
        self.changes.fields |= {"suspended": False, "suspension": None}
        self.changes.reoffer = rev
        self.audit(fact.at, fact.by, "", "instance.resume", f"instance/{self.instance}", {"reason": fact.reason})

    def hold(self, fact: facts.InstanceHeld, shown: Json) -> None:
        """Steps are held."""
        told = {name: shown[name] for name in ("steps", "by", "reason", "at", "id")}
        self.changes.fields["own_hold" if fact.own else "hold"] = told
        self.held = True
        detail = {"reason": fact.reason, "steps": list(fact.steps)} | ({"own": True} if fact.own else {})
        self.audit(fact.at, fact.by, "", "instance.hold", f"instance/{self.instance}", detail)

    def released(self, fact: facts.InstanceReleased) -> None:
        """The steps are no longer held."""
        self.changes.fields["own_hold" if fact.own else "hold"] = None
        detail = {"reason": fact.reason} | ({"own": True} if fact.own else {})
        self.audit(fact.at, fact.by, "", "instance.release", f"instance/{self.instance}", detail)

    def migrated(self, fact: facts.InstanceMigrated) -> None:
        """It runs another version."""
        self.version, self.title = fact.version, fact.title
        self.changes.migrated = True
        self.changes.fields |= {"version": fact.version, "digest": fact.digest, "title": fact.title}
        detail = {"before": fact.before, "version": fact.version, "digest": fact.digest, "reason": fact.reason}
        self.audit(fact.at, fact.by, "", "instance.migrate", f"instance/{self.instance}", detail)

    def runs(self) -> Row:
        """The version that it runs, as tasks and incidents keep it."""
        return {"pathway_version": self.version, "pathway_title": self.title}

    def attributes_changed(self, attributes: Mapping[str, Json]) -> None:
        """What lists filter on changed, also for tasks that open just now."""
        self.attributes = dict(attributes)
        self.changes.fields["attributes"] = self.attributes
        for ident, row in self.changes.opened.items():
            if ident not in self.changes.closed:
                row["attributes"] = self.attributes

    def saved(self, fact: facts.DataSaved, shown: Json, rev: int) -> None:
        """A value was saved."""
        value = {name: shown[name] for name in ("value", "address", "at", "by", "sources")} | {"rev": rev}
        scope = {**self.data.get(fact.scope, {}), fact.name: value}
        self.keep({**self.data, fact.scope: scope})
        if rev == 1 and not fact.scope and not fact.address and not self.inputs_known:
            # A child that nobody announced: its inputs say in lists whom it is about.
            inputs = self.changes.fields.get("inputs", {})
            self.changes.fields["inputs"] = {**inputs, fact.name: shown["value"]}

    def scope_left(self, scope: str) -> None:
        """The values of a scope are forgotten with it."""
        kept = {name: values for name, values in self.data.items() if not name.startswith(scope)}
        if len(kept) < len(self.data):
            self.keep(kept)

    def keep(self, data: Mapping[str, Mapping[str, Json]]) -> None:
        """These are its values now."""
        self.data = data
        self.changes.fields["data"] = data

    def audit(
        self,
        at: datetime,
        by: str | None,
        address: str,
        action: str,
        subject: str,
        detail: Mapping[str, Json] | None = None,
    ) -> None:
        """Keep who did what, or which rule."""
        rule = f"{self.pathway}@{self.version}" + (f"/{address}" if address else "")
        self.changes.audit.append(NewAuditEntry(at, actor_of(by, rule), action, subject, self.instance, detail or {}))
