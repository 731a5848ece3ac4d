"""The demonstration: referrals that go different ways, worked through the API by scripted people.

`cases` says what happens in each, `world` plays the offices outside, `staff` the people at the work list, `play`
moves them on, and `table` tells how it ended.
"""
