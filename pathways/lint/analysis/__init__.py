"""What families of rules go by: the ways between steps, what is known on them, and where expressions stand.

The ways are in `flow.py` and walked by `solve.py`; `loops.py` finds those that wait for nothing. What has a value on
the way is in `carry.py`, of which `known.py`, `outcomes.py` and `causes.py` are parts; `sites.py` has where expressions
stand, `scope.py` what they see there. `cells.py` says what a decision table's cell takes, `moved.py` which deadlines
scenarios have moved.
"""
