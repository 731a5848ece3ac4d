"""What talks to outside systems: a package for each, with its client, its errors and what it is held to.

Look here when an outside system answers in a way that its client should understand.
"""
