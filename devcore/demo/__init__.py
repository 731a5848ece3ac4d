"""The demonstration: cases that go different ways, worked through the API by scripted people.

`cases`, `authorizations` and `infusions` say what happens in each, `stage` sets them up, `world` plays the offices,
payers and laboratories outside, `staff` the people at the work list, `play` moves them on, and `table` tells how it
ended.
"""
