"""Time as pathways count it: zones, calendars, authored durations, and what they come to.

A duration keeps the units it was written in; `arithmetic` adds it to a moment, in a zone and, for business units,
in a calendar. Nothing here reads a clock or the machine's own zone files.
"""
