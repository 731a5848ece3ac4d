"""The registry that the modules of functions fill."""

from __future__ import annotations

from typing import Final

from pathways.feel.functions.signature import Builtin, declare

REGISTRY: Final[dict[str, Builtin]] = {}
builtin = declare(REGISTRY)
