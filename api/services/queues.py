"""Work queues as people know them: their titles, and who sees which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.services.actor import Actor


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of `catalog/queues.yaml`. `roles` see it and may work it."""

    id: str
    title: str
    purpose: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Queues:
    """The known queues. One that a definition names and nobody described is open to all."""

    known: Mapping[str, Queue]

    def title(self, queue: str) -> str:
        """What people call a queue."""
        found = self.known.get(queue)
        return found.title if found else queue.replace("-", " ").capitalize()

    def sees(self, actor: Actor, queue: str) -> bool:
        """Whether a person sees a queue."""
        found = self.known.get(queue)
        return found is None or not found.roles or bool(found.roles & actor.roles) or actor.may("see-all-queues")

    def visible(self, actor: Actor, queues: Iterable[str]) -> frozenset[str]:
        """Those of the queues that a person sees."""
        return frozenset(queue for queue in queues if self.sees(actor, queue))

    def hidden(self, actor: Actor) -> frozenset[str]:
        """The known queues that a person does not see; what nobody described is open to all."""
        return frozenset(self.known) - self.own(actor)

    def own(self, actor: Actor) -> frozenset[str]:
        """The known queues that a person sees, whether or not anything is in them."""
        return self.visible(actor, self.known)


def read_queues(document: Mapping[str, Mapping[str, object]]) -> Queues:
    """The queues from their document: by id, with title, purpose and roles."""
    known = {}
    for name, one in document.items():
        roles = one.get("roles") or ()
        known[name] = Queue(
            id=name,
            title=str(one.get("title") or name),
            purpose=str(one.get("purpose") or ""),
            roles=frozenset(str(role) for role in roles) if isinstance(roles, (list, tuple)) else frozenset(),
        )
    return Queues(known)
