"""What services hand out: the store's records, under one roof, so that pages need not know the store."""

from pathways.facts import Fact
from store.children import Child
from store.clocks import Clock
from store.definitions import Definition, DefinitionSummary
from store.inbox import InboxEvent
from store.incidents import Incident, IncidentGroup
from store.instances import Instance, InstanceFilter, InstanceSummary, Position
from store.migration_runs import MigrationResult, MigrationRun, MoveVerdict
from store.paging import Page
from store.people import ApiToken, Person, Session
from store.tasks import Draft, Task, TaskSummary
from store.timeline import Entry
from store.worklist import Counts, Order, QueueCount, WorkFilter

__all__ = [
    "ApiToken",
    "Child",
    "Clock",
    "Counts",
    "Definition",
    "DefinitionSummary",
    "Draft",
    "Entry",
    "Fact",
    "InboxEvent",
    "Incident",
    "IncidentGroup",
    "Instance",
    "InstanceFilter",
    "InstanceSummary",
    "MigrationResult",
    "MigrationRun",
    "MoveVerdict",
    "Order",
    "Page",
    "Person",
    "Position",
    "QueueCount",
    "Session",
    "Task",
    "TaskSummary",
    "WorkFilter",
]
