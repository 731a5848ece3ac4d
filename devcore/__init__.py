"""A small FHIR R4 core for development and tests, and the data that seeds it.

You would come here to make the core behave like one that Carelane met in the field (`quirks`), to let tests
make it fail (`faults`), or to add a search parameter. It is never part of a production deployment: there the
organization's EHR is the core.
"""
