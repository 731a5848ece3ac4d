"""What Temporal and everybody who speaks to it call things."""

from __future__ import annotations

WORKFLOW = "Pathway"
"""The workflow type."""

REFUSED = "refused"
"""The type of the failure with which an update is refused; its detail is a `Refused`."""

DEFERRED = "deferred"
"""The verdict on an event that comes while the instance is suspended, and the code with which it is refused."""

RECORD = "record"
"""The activity that writes to the store."""

RESOLVE_VERSION = "resolve_version"
"""The activity that says which version a child will run."""

CHILD_REPORTED = "child_reported"
"""The signal with which a child tells its parent (`ChildReport`)."""

CANCEL_CHILD = "cancel_child"
"""The signal with which a parent tells a child to cancel (`CancelOrder`)."""


def workflow_id(instance: str) -> str:
    """The id of the workflow that runs an instance."""
    return f"pathway/{instance}"
