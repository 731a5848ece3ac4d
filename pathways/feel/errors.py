"""What can go wrong with an expression."""

from __future__ import annotations


class FeelError(Exception):
    """The root of this package's errors."""


class FeelSyntaxError(FeelError):
    """The text is no FEEL expression.

    `line` and `column` count from 1 inside the expression; `hint` says what to do, or is empty.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}: {self.message}"
        return f"{where}. {self.hint}" if self.hint else where


class FeelLimitError(FeelError):
    """An evaluation went past one of the fixed limits (see `limits`). It leaves `work_out`, and never `evaluate`."""
