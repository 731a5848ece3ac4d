"""The engine: a pure function from a state and an event to the next state.

Touch this package when a construct of the language gets a new meaning. A kind of step is one module in `kinds/`;
what all share (entering, leaving, routing, deadlines) is in `run.py`; what an event does is in `advance.py`.
"""

from pathways.engine.advance import advance, start_state
from pathways.engine.deadlines import next_deadline
from pathways.engine.snapshot import snapshot, snapshot_digest
from pathways.engine.transition import Refusal, Transition

__all__ = ["Refusal", "Transition", "advance", "next_deadline", "snapshot", "snapshot_digest", "start_state"]
