"""The data types a definition declares: of inputs, form fields, action output and event data.

A `DataType` says three things: whether a JSON value conforms (`conform`), how expressions see it (`load`), and,
for lint, which FEEL type it has (`feel_type`). Values are kept as JSON; they become FEEL values when read. Touch
`declared.py` for what may be declared, `reading.py` for how it is written, `conform.py` for what fits it,
`plain.py` for what may be kept at all.
"""

from pathways.datatypes.declared import ANY, KINDS, OPEN_OBJECT, TEXT, DataType, Field, Kind, load_duration
from pathways.datatypes.plain import (
    MOST_CHARACTERS,
    MOST_LEVELS,
    SCALARS,
    Misfit,
    MisfitError,
    check_size,
    plain_json,
    shown_json,
)

__all__ = [
    "ANY",
    "KINDS",
    "MOST_CHARACTERS",
    "MOST_LEVELS",
    "OPEN_OBJECT",
    "SCALARS",
    "TEXT",
    "DataType",
    "Field",
    "Kind",
    "Misfit",
    "MisfitError",
    "check_size",
    "load_duration",
    "plain_json",
    "shown_json",
]
