"""From a definition and a catalog to a plan: names resolved, types taken along, every expression compiled once.

What keeps a definition from running at all is found here; what is unwise is lint's (`pathways.lint`). Touch this
package for a new construct of the language, after `pathways.model` and the parser that reads it.
"""

from __future__ import annotations

from pathways.compile.pathway import Compiled, compile_definition

__all__ = ["Compiled", "compile_definition"]
