"""Definitions of all kinds for the tests of the registry: small, ready to be published, with their scenarios."""

from __future__ import annotations

from typing import Any

Json = Any

QUIET = """\
language: 1
pathway: {name}
version: {version}
title: {title}
purpose: To be published.
owner: The team
success: {{measure: done}}
review_by: 2099-01-31
{more}outcomes: {{done: {{title: Done, kind: success}}}}
steps:
  compute: {{set: {{_total: =1 + 1}}}}
  well: {{end: done}}
"""
"""A pathway that asks nothing of anybody, and so needs nobody's approval."""

QUIET_SCENARIOS = """\
language: 1
pathway: {name}
scenarios:
  it-ends: {{expect: {{outcome: done}}}}
"""

ASKING = """\
language: 1
pathway: {name}
version: {version}
title: {title}
purpose: To be approved.
owner: The team
success: {{measure: done}}
review_by: 2099-01-31
{more}outcomes: {{done: {{title: Done, kind: success}}, dropped: {{title: Dropped}}}}
steps:
  ask:
    task:
      title: Ask
      queue: referral-intake
      form: [{{name: note, label: Note, type: text}}]
      outcomes: {{go: Go on, stop: Stop}}
    save: asked
    next: {{go: well, stop: badly}}
  well: {{end: done}}
  badly: {{end: dropped}}
"""
"""A pathway with a form, which needs a second person."""

ASKING_SCENARIOS = """\
language: 1
pathway: {name}
scenarios:
  going-on:
    then: [{{complete: ask, outcome: go}}]
    expect: {{outcome: done}}
  stopping:
    then: [{{complete: ask, outcome: stop}}]
    expect: {{outcome: dropped}}
"""


def quiet(name: str = "quiet", version: str = "1.0.0", *, title: str = "Quiet", more: str = "") -> str:
    """The text of a pathway that needs nobody's approval."""
    return QUIET.format(name=name, version=version, title=title, more=more)


def asking(name: str = "asking", version: str = "1.0.0", *, title: str = "Asking", more: str = "") -> str:
    """The text of a pathway that needs a second person."""
    return ASKING.format(name=name, version=version, title=title, more=more)


def wish(source: str, scenarios: str = "", **more: Json) -> Json:
    """What the API is sent to publish a definition. Scenarios go with it by what it is, unless others are given."""
    name = source.split("pathway: ", 1)[1].split("\n", 1)[0] if "pathway: " in source else ""
    own = ASKING_SCENARIOS if "  ask:" in source else QUIET_SCENARIOS
    text = scenarios or own.format(name=name)
    return {"source": source, "scenarios": [{"file": "scenarios/main.yaml", "text": text}], **more}
