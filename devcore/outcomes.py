"""Refusals, and how FHIR says them."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 - it is an answer of the core, not a fault of the program
    """An interaction that the core does not carry out: an HTTP status with an OperationOutcome."""

    def __init__(self, status: int, code: str, diagnostics: str, *, expression: str | None = None) -> None:
        super().__init__(diagnostics)
        self.status = status
        self.code = code
        self.diagnostics = diagnostics
        self.expression = expression

    def outcome(self) -> dict[str, Any]:
        """The OperationOutcome."""
        return operation_outcome(self.code, self.diagnostics, expression=self.expression)


def operation_outcome(
    code: str, diagnostics: str, *, severity: str = "error", expression: str | None = None
) -> dict[str, Any]:
    """An OperationOutcome with one issue; `code` is of the value set issue-type."""
    issue: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": diagnostics}
    if expression is not None:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def bad_request(diagnostics: str, *, code: str = "invalid", expression: str | None = None) -> Refusal:
    """400: the request itself is wrong."""
    return Refusal(400, code, diagnostics, expression=expression)


def not_found(reference: str) -> Refusal:
    """404: never heard of it."""
    return Refusal(404, "not-found", f"{reference} is not known here")


def gone(reference: str) -> Refusal:
    """410: it was deleted."""
    return Refusal(410, "deleted", f"{reference} was deleted")


def precondition_failed(diagnostics: str, *, code: str = "conflict") -> Refusal:
    """412: If-Match or If-None-Exist did not hold."""
    return Refusal(412, code, diagnostics)


def unprocessable(diagnostics: str, *, expression: str | None = None) -> Refusal:
    """422: understood, and against the rules of the resource type."""
    return Refusal(422, "processing", diagnostics, expression=expression)
