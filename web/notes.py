"""Short notes after something was done, named in the address so that a page can be loaded again."""

from __future__ import annotations

from urllib.parse import urlencode

_NOTES = {
    "claimed": "The task is yours.",
    "released": "The task is back in its queue.",
    "assigned": "The task was assigned.",
    "draft-saved": "Your draft is saved. Nothing was sent.",
    "restored": "You are signed in again. What you typed is below; nothing was sent yet.",
    "nothing-left": "There is no task left here that you could take.",
    "suspended": "It is suspended.",
    "resumed": "It goes on.",
    "held": "The steps are held.",
    "let-go": "They are released. What was reached begins.",
    "skipped": "The step is skipped.",
    "moved": "It is moved.",
    "changed": "The value is changed.",
    "task-added": "The task is added.",
    "offer-taken": "It is started.",
    "cancelled": "The pathway was cancelled.",
    "closed": "It is closed.",
    "started-anew": "It is started anew. This is the new instance.",
    "retried": "It is being tried again. The exception closes when the step has really passed.",
    "lag": "It is done. Lists may take a moment to show it.",
    "published": "The version is published.",
    "drafted": "The version is kept as a draft. It is published once a second person has approved it.",
    "withdrawn": "The draft is withdrawn.",
    "deprecated": "Nothing new starts of it by default. Its instances go on.",
    "retired": "It is put away for good.",
    "paused": "It is paused. Running instances are being told what is held.",
    "unpaused": "It goes on. Running instances are being told.",
    "published-before": "This very version was published before; nothing changed.",
}


def note(name: str) -> str:
    """The note of that name; empty where there is none."""
    return _NOTES.get(name, "")


def with_note(address: str, name: str) -> str:
    """An address with a note for the page."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'note': name})}"
