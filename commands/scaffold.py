"""`carelane pathway new`: a first version that lints clean, with scenarios that go through all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Annotated, ClassVar

import typer

from catalog import load
from pathways.errors import CarelaneError
from pathways.names import why_no_identifier

app = typer.Typer()

FIRST = "1.0.0"
_REVIEW = timedelta(days=365)

_DEFINITION = Template("""\
# $title: one file is one version. What is published never changes; copy it to change it.
language: 1
pathway: $name
version: $version
title: $title
purpose: Say here what is better, and for whom, when this pathway has run.
owner: $owner
success: {measure: asked_in_time, target: 1 business day, at: p90}
review_by: $review
calendar: us-business               # whose hours "business" means

inputs:
  patient: {type: Reference, target: [Patient], required: true}

stages: [open, closed]

steps:
  ask:
    title: Ask the patient
    stage: open
    task:                           # what a person does
      title: Ask the patient what they need
      queue: $queue
      due: 1 business day
      form:
        - name: needs_help
          label: Does the patient need help?
          type: boolean
          show_when: outcome = "answered"   # nobody knows it of a patient who was not reached
          required_when: outcome = "answered"
        - {name: note, label: Note, type: text}
      outcomes: {answered: Answered, not-reached: Not reached}
    save: answer
    timeout: {after: 30 days, to: not-reached}
    next: {answered: judge, not-reached: wait}
  wait:
    wait: {for: 2 days}             # and then ask again
    next: ask
  judge:
    decide:
      rules:
        - {when: answer.needs_help, to: help}
        - {to: all-well}
  help:
    stage: open
    task:
      title: Help the patient
      queue: $queue
      due: 3 business days
  helped: {stage: closed, end: helped}
  all-well: {stage: closed, end: all-well}
  not-reached: {stage: closed, end: not-reached}

outcomes:
  helped: {title: Helped, kind: success}
  all-well: {title: Nothing was needed, kind: success}
  not-reached: {title: Not reached, kind: unsuccessful}
""")

_SCENARIOS = Template("""\
# What is to happen, tried by `carelane pathway test $folder --coverage` in virtual time.
language: 1
pathway: $name
version: $version
scenarios:
  helped-at-the-second-call:
    start: {at: "2026-03-02T09:00:00-05:00", inputs: {patient: {reference: Patient/1}}}
    then:
      - {after: 1 hour, complete: ask, outcome: not-reached, form: {note: No answer}}
      - {after: 3 days, complete: ask@2, outcome: answered, form: {needs_help: true}}
      - {after: 1 hour, complete: help}
    expect:
      outcome: helped
      visited: [ask, wait, ask, judge, help, helped]
      no_incidents: true
  nothing-needed:
    start: {inputs: {patient: {reference: Patient/1}}}
    then:
      - {after: 1 hour, complete: ask, outcome: answered, form: {needs_help: false}}
    expect: {outcome: all-well}
  nobody-asked:
    start: {inputs: {patient: {reference: Patient/1}}}
    then:
      - {after: 31 days}
    expect: {outcome: not-reached, open_tasks: []}
""")


class ScaffoldError(CarelaneError):
    """The name is none, so there is nothing to make."""

    code: ClassVar[str] = "bad-name"
    exit_status: ClassVar[int] = 2


class ExistsError(CarelaneError):
    """Something stands where the pathway would."""

    code: ClassVar[str] = "exists"


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The pathway's name, such as wound-care.")],
    into: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", file_okay=False, help="Make NAME/ in this folder.")
    ] = Path(),
    queue: Annotated[
        str | None, typer.Option("--queue", metavar="QUEUE", help="Whose tasks they are; the first of the catalog.")
    ] = None,
) -> None:
    """Begin a pathway, with scenarios.

    It is NAME/1.0.0.yaml, and the scenarios beside it go through every step of it.
    """
    if why := why_no_identifier(name):
        raise ScaffoldError(why, hint="Such as wound-care.")
    folder = into / name
    if folder.exists():
        raise ExistsError(f"{folder} is there already.", hint="Take another name, or another folder by --in.")
    written = write(folder, name, queue, datetime.now(UTC).date())
    for path in written:
        typer.echo(f"Wrote {path}")
    typer.echo(f"Check it by `carelane pathway lint {folder}`, try it by `carelane pathway test {folder} --coverage`.")


def write(folder: Path, name: str, queue: str | None, today: date) -> tuple[Path, Path]:
    """Write the files of a new pathway. Raises `ScaffoldError` for a queue that the catalog does not have."""
    queues = load.entries("queues")
    if queue is not None and queue not in queues:
        raise ScaffoldError(f"There is no queue {queue}.", hint=f"There are {', '.join(queues)}.")
    chosen = queue or next(iter(queues))
    title = name.replace("-", " ").capitalize()
    words = {"name": name, "version": FIRST, "title": title, "queue": chosen, "folder": str(folder)}
    more = {"owner": str(queues[chosen].get("title") or chosen), "review": (today + _REVIEW).isoformat()}
    definition, scenarios = folder / f"{FIRST}.yaml", folder / "scenarios" / "main.yaml"
    try:
        scenarios.parent.mkdir(parents=True)
        definition.write_text(_DEFINITION.substitute(words, **more), encoding="utf-8")
        scenarios.write_text(_SCENARIOS.substitute(words), encoding="utf-8")
    except OSError as error:
        raise ExistsError(f"{folder} cannot be written: {error.strerror}.") from None
    return definition, scenarios
