"""Turning trees into Python closures, once per expression.

A closure takes the local names (iterators, parameters, entries of a context being made, filtered items) and the
`Run`; see `place` for how names are resolved beforehand.
"""
