"""The tables, by aggregate. Importing this package makes `metadata` complete."""

from store.tables.base import metadata
from store.tables.clocks import clock
from store.tables.definitions import definition
from store.tables.incidents import incident
from store.tables.instances import child, instance, joined, listener, position, result
from store.tables.messages import dead_letter, delivery, event_start, inbox, outbox
from store.tables.migration_runs import migration_result, migration_run
from store.tables.people import api_token, assignment, person, session
from store.tables.records import audit, audit_head, timeline
from store.tables.tasks import task, task_comment, task_draft

__all__ = [
    "api_token",
    "assignment",
    "audit",
    "audit_head",
    "child",
    "clock",
    "dead_letter",
    "definition",
    "delivery",
    "event_start",
    "inbox",
    "incident",
    "instance",
    "joined",
    "listener",
    "metadata",
    "migration_result",
    "migration_run",
    "outbox",
    "person",
    "position",
    "result",
    "session",
    "task",
    "task_comment",
    "task_draft",
    "timeline",
]
