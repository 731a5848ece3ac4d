"""What revisions say of where an instance stands: its positions, what each waits for, and who listens."""

from __future__ import annotations

from datetime import datetime

from pathways import facts
from pathways.addresses import is_inside
from store.facts.changes import Known, Row
from store.facts.folding_instance import FoldsInstance
from store.facts.rows import is_handler_address, listener_row, standing


class FoldsPositions(FoldsInstance):
    """What is entered and left within the same revisions never reaches the tables."""

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self.named_anew: dict[str, str] = {}

    def entered(self, fact: facts.StepEntered | facts.StepHeld, waits: str) -> None:
        """A position stands at a step."""
        self.changes.left.discard(fact.address)
        self.changes.moved.pop(fact.address, None)
        self.changes.entered[fact.address] = {
            "instance": self.instance,
            "address": fact.address,
            "step": fact.step,
            "title": fact.title,
            "waits": waits,
            "entered_at": fact.at,
            "wake_at": None,
        }

    def left(self, address: str) -> None:
        """It stands there no more."""
        # What was held, or reached during a suspension, has a row already when it is entered.
        if self.changes.entered.pop(address, None) is None or self.was_suspended or self.held:
            renamed = any(row["address"] == address for row in self.changes.renamed.values())
            (self.changes.left_renamed if renamed else self.changes.left).add(address)
        self.changes.moved.pop(address, None)

    def renamed(self, fact: facts.PositionRenamed) -> None:
        """A position goes on under another name, and the data inside it; nothing was entered there just now."""
        self.named_anew[fact.before] = fact.address
        self.changes.renamed[fact.before] = {"address": fact.address, "step": fact.step, "title": fact.title}
        inside = {name for name in self.data if is_inside(name, fact.before)}
        if inside:
            moved_on = {fact.address + name.removeprefix(fact.before): self.data[name] for name in inside}
            self.keep({name: self.data[name] for name in self.data if name not in inside} | moved_on)

    def waits(self, address: str, waits: str, wake_at: datetime | None = None) -> None:
        """What a position waits for changed."""
        self.moved(address, {"waits": waits, "wake_at": wake_at})

    def moved(self, address: str, changed: Row) -> None:
        """Some columns of a position changed."""
        if address in self.changes.entered:
            self.changes.entered[address] |= changed
        elif address not in self.changes.left:
            self.changes.moved.setdefault(address, {}).update(changed)

    def wait_started(self, fact: facts.WaitStarted) -> None:
        """A position waits for time, or for events with a time."""
        # A wait with several ways is for events; the time is the nearest of its ways.
        entered = self.changes.entered.get(fact.address)
        listens = (entered is not None and entered["waits"] == "event") or any(
            row["position"] == fact.address and not is_handler_address(row["address"])
            for row in self.changes.armed.values()
        )
        self.waits(fact.address, "event" if listens else "time", fact.until)

    def armed(self, fact: facts.ListenerArmed) -> None:
        """A listener is armed."""
        if not is_handler_address(fact.address):
            self.moved(standing(fact), {"waits": "event"})
        self.changes.armed[fact.address] = listener_row(self.instance, fact)
        self.changes.lookbacks[fact.address] = fact.at - fact.armed_at

    def disarmed(self, address: str) -> None:
        """A listener is armed no more."""
        position, marked, slot = address.partition("^")
        if position in self.named_anew:  # its listeners went along before this one was disarmed
            address = f"{self.named_anew[position]}{marked}{slot}"
        self.changes.armed.pop(address, None)
        self.changes.disarmed.add(address)
