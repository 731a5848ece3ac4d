"""The pathway language: reading, checking and running definitions. Pure: no I/O, no clock, no Temporal."""
