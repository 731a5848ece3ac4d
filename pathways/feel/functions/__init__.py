"""The built-in functions of FEEL (DMN 1.5 section 10.3.4), a module per family, and Carelane's own.

`BUILTINS` holds them by name. To add one, decorate its body in the module of its family.
"""

from __future__ import annotations

from typing import Final

from pathways.feel.functions import (
    care,
    contexts,
    conversions,
    lists,
    numeric,
    quantity,
    ranges,
    strings,
    temporal,
)
from pathways.feel.functions.registry import REGISTRY
from pathways.feel.functions.signature import Builtin
from pathways.feel.tokens import KEYWORDS

BUILTINS: Final[dict[str, Builtin]] = REGISTRY
"""Every built-in by name; complete once this package is imported."""

RESERVED_NAMES: Final[frozenset[str]] = frozenset((*KEYWORDS, "not", "item", "partial"))
"""Words that cannot be names in a scope: an expression would never see them. Functions' names may: data comes first."""

__all__ = [
    "BUILTINS",
    "RESERVED_NAMES",
    "care",
    "contexts",
    "conversions",
    "lists",
    "numeric",
    "quantity",
    "ranges",
    "strings",
    "temporal",
]
