"""Decision tables row by row."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from pathways import wording
from pathways.diff.changes import Change
from pathways.plan import Row, Table


def compare_tables(where: str, old: Table | None, new: Table | None) -> Iterator[Change]:
    """What changed in a step's table: rows that are new, gone or different, by their number in the new one."""
    if old is None and new is None:
        return
    if old is None or new is None:
        yield Change("step", where, "now decides by a table" if new else "no longer decides by a table")
        return
    before = [row_words(old, row) for row in old.rows]
    after = [row_words(new, row) for row in new.rows]
    for what, start, stop, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = before[start:stop], after[first:last]
        paired = min(len(gone), len(come))
        for place in range(paired):
            yield Change("step", where, f"table row {first + place + 1} {gone[place]} → {come[place]}")
        for place in range(paired, len(gone)):
            yield Change("step", where, f"table row removed (was row {start + place + 1}: {gone[place]})")
        for place in range(paired, len(come)):
            yield Change("step", where, f"new table row {first + place + 1}: {come[place]}")


def row_words(table: Table, row: Row) -> str:
    """A whole row: what it asks, what it gives, where it leads."""
    asked = [f"{wording.computed_words(table.inputs[one.input])} {one.tests.source}" for one in row.cells]
    gives = f" gives {wording.computed_words(row.give)}" if row.give is not None else ""
    leads = f" to {row.to}" if row.to is not None else ""
    return f"[{', '.join(asked) or 'otherwise'}{gives}{leads}]"
