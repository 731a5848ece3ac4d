"""The root of Carelane's errors.

Every error that a person may meet derives from `CarelaneError`: it says what happened and what to do, and
carries a stable code that interfaces map to their own form (HTTP problem, OperationOutcome, exit status).
"""

from __future__ import annotations

from typing import ClassVar


class CarelaneError(Exception):
    """What went wrong, in words for the person who meets it.

    `code` is stable and may be relied on by callers; `hint` says what to do about it, or is empty.
    `exit_status` is the command line's: 1 for what failed, 2 for what was asked wrongly.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
