"""Which steps, ways on, conditions, timeouts, catches and handlers of a plan its scenarios went through, and which not.

Touch this package when a construct of the language gets something new to go through: `items.py` says what there is,
`trace.py` what was gone through. It reads what the engine did (`Result.seen`), so that it counts what happened rather
than what was meant.
"""

from pathways.coverage.items import KINDS, Item, Kind, items_of
from pathways.coverage.measured import Coverage, lines, measure, to_json

__all__ = ["KINDS", "Coverage", "Item", "Kind", "items_of", "lines", "measure", "to_json"]
