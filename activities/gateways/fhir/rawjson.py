"""JSON that goes through unchanged: decimals keep the digits they came with.

FHIR gives `1.10` and `1.1` different meanings (R4, Datatypes, decimal: precision has significance), while a
float forgets the difference. Numbers with a fraction or an exponent are read as `Number`, a float that
remembers its text, so that everything else may treat them as floats and writing gives back what was read.
"""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Self


class Number(float):
    """A decimal as it was written."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Read the text of a JSON number."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    @property
    def decimal(self) -> Decimal:
        """The exact value."""
        return Decimal(self.text)

    def __repr__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return Number, (self.text,)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse(text: str | bytes) -> Any:
    """Read JSON; raises ValueError for what is not JSON, NaN and Infinity included."""
    return json.loads(text, parse_float=Number, parse_constant=_refuse_constant)


def dump(value: Any) -> str:
    """Write JSON compactly, each `Number` and `Decimal` with its own digits."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif value is None or value is True or value is False:
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, Number):
        parts.append(value.text)
    elif isinstance(value, (int, Decimal)):
        parts.append(str(value))
    elif isinstance(value, float):
        parts.append(json.dumps(value, allow_nan=False))
    elif isinstance(value, dict):
        _write_object(value, parts)
    elif isinstance(value, (list, tuple)):
        _write_array(value, parts)
    else:
        raise TypeError(f"{type(value).__name__} has no form in JSON")


def _write_object(value: dict[str, Any], parts: list[str]) -> None:
    separator = "{"
    for key, item in value.items():
        parts.append(separator)
        parts.append(encode_basestring(key))
        parts.append(":")
        _write(item, parts)
        separator = ","
    parts.append("{}" if separator == "{" else "}")


def _write_array(value: list[Any] | tuple[Any, ...], parts: list[str]) -> None:
    separator = "["
    for item in value:
        parts.append(separator)
        _write(item, parts)
        separator = ","
    parts.append("[]" if separator == "[" else "]")
