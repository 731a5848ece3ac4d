"""From the text of a definition to its model: what can be said about a file without a catalog.

Touch this package when another key may be written: `definition.py` reads the file as a whole, the other modules what
stands in it. Nothing here raises: whatever is wrong is a diagnostic with its place.
"""

from pathways.parse.definition import Parsed, parse

__all__ = ["Parsed", "parse"]
