"""The table of UCUM's units, as `pathways/feel/units/table.py` holds it, made from the copy that ucumvert brings.

`python -m tests.support.units_table > pathways/feel/units/table.py` writes it anew; a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from xml.etree import ElementTree

_SPACE = "{http://unitsofmeasure.org/ucum-essence}"

_HEAD = '''"""The units of UCUM 2.2 (2024-06-17) and their definitions; written by `tests/support/units_table.py`.

This product includes all or a portion of the UCUM table, UCUM codes, and UCUM definitions or is derived from it,
subject to a license from Regenstrief Institute, Inc. and The UCUM Organization. Your use of the UCUM table, UCUM
codes, UCUM definitions also is subject to this license, a copy of which is available at https://ucum.org. The
current complete UCUM table, UCUM Specification are available for download at https://ucum.org. The UCUM table and
UCUM codes are copyright (c) 1995-2024, Regenstrief Institute, Inc. and the Unified Codes for Units of Measures
(UCUM) Organization. All rights reserved.

THE UCUM TABLE (IN ALL FORMATS), UCUM DEFINITIONS, AND SPECIFICATION ARE PROVIDED "AS IS." ANY EXPRESS OR IMPLIED
WARRANTIES ARE DISCLAIMED, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A
PARTICULAR PURPOSE.
"""

from __future__ import annotations

from typing import Final

# fmt: off
'''


def _quoted(text: str) -> str:
    return json.dumps(text)


def _lines() -> Iterator[str]:
    root = ElementTree.fromstring((files("ucumvert") / "vendor" / "ucum-essence.xml").read_text("ascii"))  # noqa: S314 - a file of a pinned package
    yield _HEAD
    yield "PREFIXES: Final[dict[str, str]] = {"
    for prefix in root.iter(f"{_SPACE}prefix"):
        value = prefix.find(f"{_SPACE}value")
        assert value is not None
        yield f"    {_quoted(prefix.attrib['Code'])}: {_quoted(value.attrib['value'])},"
    yield "}"
    yield '"""What each prefix stands for."""'
    yield ""
    yield "BASE: Final[tuple[str, ...]] = ("
    bases = [unit.attrib["Code"] for unit in root.iter(f"{_SPACE}base-unit")]
    yield f"    {', '.join(map(_quoted, bases))},"
    yield ")"
    yield '"""The base units, all of which take prefixes."""'
    yield ""
    yield "UNITS: Final[dict[str, tuple[str, str, str]]] = {"
    for unit in root.iter(f"{_SPACE}unit"):
        value = unit.find(f"{_SPACE}value")
        assert value is not None
        function = value.find(f"{_SPACE}function")
        marks = "".join(
            letter
            for letter, name in (("m", "isMetric"), ("s", "isSpecial"), ("a", "isArbitrary"))
            if unit.get(name) == "yes"
        )
        number, of = (function.attrib["value"], function.attrib["Unit"]) if function is not None else (
            value.attrib["value"], value.attrib["Unit"]
        )  # fmt: skip
        yield f"    {_quoted(unit.attrib['Code'])}: ({_quoted(marks)}, {_quoted(number)}, {_quoted(of)}),"
    yield "}"
    yield '"""Each further unit: its marks, and how many of which unit it is.'
    yield ""
    yield "`m` takes prefixes, `a` is arbitrary (only ever of its own kind), `s` is special (no plain factor)."
    yield '"""'


def table() -> str:
    """The text of the module."""
    return "\n".join(_lines()) + "\n"


if __name__ == "__main__":
    print(table(), end="")
