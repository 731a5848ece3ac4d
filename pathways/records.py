"""The dataclasses of the engine's vocabulary, of which every event makes dozens.

To mypy, `dataclass` here is the standard library's, and nobody may change a frozen one. At run time that is left to
mypy: a frozen dataclass sets each field through `object.__setattr__`, which takes three times as long, and made up a
sixth of the engine's time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type[Any]], type[Any]]:
        """Make a class a dataclass that is compared and hashed by its fields, as a frozen one is."""
        return dataclasses.dataclass(unsafe_hash=frozen, slots=slots)


__all__ = ["dataclass"]
