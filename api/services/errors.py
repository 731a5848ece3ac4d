"""What the use cases may answer instead of doing what was asked; each with its HTTP status and a stable code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pathways.diagnostics import Diagnostic
from pathways.errors import CarelaneError
from pathways.publishing.readiness import Readiness
from pathways.scenarios import report

Json = Any


class ServiceError(CarelaneError):
    """The root of what services answer. `fields` names what is wrong by field, where fields were given."""

    code = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Not possible"

    def __init__(self, message: str, *, hint: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fields = dict(fields or {})

    @property
    def members(self) -> dict[str, Json]:
        """What the problem says beside its code, message and hint."""
        return {}


class InvalidRequestError(ServiceError):
    """The request cannot be understood as it is."""

    code = "invalid-request"
    status = 400
    title = "The request is not right"


class SignedOutError(ServiceError):
    """Nobody is signed in, or not any more."""

    code = "signed-out"
    status = 401
    title = "Please sign in"


class WrongPasswordError(ServiceError):
    """Name and password do not belong together."""

    code = "wrong-password"
    status = 401
    title = "Name or password is wrong"


class ForbiddenError(ServiceError):
    """The person's roles do not allow it."""

    code = "role-missing"
    status = 403
    title = "Your roles do not allow this"


class NotFoundError(ServiceError):
    """There is no such thing, or not for this person."""

    code = "not-found"
    status = 404
    title = "Not found"


class FormInvalidError(ServiceError):
    """What was given needs another look; `fields` says where."""

    code = "form-invalid"
    status = 422
    title = "Some fields need another look"


class DefinitionInvalidError(ServiceError):
    """A definition cannot be published as it is; every finding has its line and column."""

    code = "definition-invalid"
    status = 422
    title = "The definition has errors"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        errors = [one for one in diagnostics if one.severity == "error"]
        first = f" The first: line {errors[0].line}, column {errors[0].column}: {errors[0].message}" if errors else ""
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__(f"The definition has {count}.{first}", hint=errors[0].hint if errors else "")
        self.diagnostics = tuple(diagnostics)

    @property
    def members(self) -> dict[str, Json]:
        """The findings, in order of their place."""
        return {"diagnostics": [_finding(one) for one in self.diagnostics]}


class DefinitionNotReadyError(ServiceError):
    """A definition cannot be published yet: scenarios fail, or do not go through enough of it."""

    code = "definition-not-ready"
    status = 422
    title = "The scenarios do not carry the definition"

    def __init__(self, readiness: Readiness) -> None:
        wrong = [str(one) for one in readiness.findings if one.severity == "error"]
        wrong += [f'The scenario "{result.scenario.name}" fails.' for _, result in readiness.failed]
        wrong += [str(one) for one in readiness.shortfalls]
        more = f" And {len(wrong) - 3} more." if len(wrong) > 3 else ""
        hint = "`carelane pathway test --coverage` shows the same."
        super().__init__(f"{' '.join(wrong[:3])}{more}", hint=hint)
        self.readiness = readiness

    @property
    def members(self) -> dict[str, Json]:
        """Findings in scenarios, the scenarios that fail with what happened, and what none goes through."""
        short = self.readiness.shortfalls
        return {
            "diagnostics": [_finding(one) for one in self.readiness.findings],
            "scenarios": [report.to_json(file, result) for file, result in self.readiness.failed],
            "uncovered": [
                {"kind": one.kind, "covered": one.covered, "of": one.total, "needed": one.needed, "step": item.step,
                 "what": item.detail}
                for one in short
                for item in one.missing
            ],
        }  # fmt: skip


class DefinitionStateError(ServiceError):
    """What is asked does not fit the state of a version; `reason` says in a word why."""

    code = "definition-state"
    title = "The version does not allow this now"

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason

    @property
    def members(self) -> dict[str, Json]:
        """Why, in a word."""
        return {"reason": self.reason}


class TaskHeldError(ServiceError):
    """Somebody else has the task."""

    code = "task-held"
    title = "Somebody else has this task"

    def __init__(self, holder: str, holder_name: str, since: datetime | None) -> None:
        super().__init__(f"{holder_name} has taken this task.", hint="Take another one, or ask them to release it.")
        self.holder, self.holder_name, self.since = holder, holder_name, since

    @property
    def members(self) -> dict[str, Json]:
        """Who has it, and since when."""
        return {"holder": self.holder, "holder_name": self.holder_name, "since": _iso(self.since)}


class TaskClosedError(ServiceError):
    """The task is no longer open: completed by a person, or cancelled because the pathway went on without it."""

    code = "task-closed"
    title = "This task is no longer open"

    def __init__(
        self,
        how: str,
        *,
        by: str | None = None,
        by_name: str | None = None,
        at: datetime | None = None,
        outcome: str | None = None,
        reason: str | None = None,
    ) -> None:
        if how == "completed":
            message = f"{by_name or 'Somebody'} has completed this task."
        else:
            message = "This task was cancelled: the pathway went on without it."
        super().__init__(message, hint="What you typed was not sent.")
        self.how, self.by, self.by_name, self.at = how, by, by_name, at
        self.outcome, self.reason = outcome, reason

    @property
    def members(self) -> dict[str, Json]:
        """How, by whom and when it was closed."""
        return {
            "how": self.how,
            "by": self.by,
            "by_name": self.by_name,
            "at": _iso(self.at),
            "outcome": self.outcome,
            "reason": self.reason,
        }


class ChangedError(ServiceError):
    """It was changed since the person saw it."""

    code = "changed"
    title = "It was changed meanwhile"


class KeyReusedError(ServiceError):
    """An idempotency key came again with another request."""

    code = "idempotency-key-reused"
    status = 422
    title = "The idempotency key was used for something else"


class RefusedError(ServiceError):
    """The pathway refused what was asked; `reason` is its own code."""

    title = "The pathway does not allow this now"

    def __init__(self, reason: str, message: str, detail: Json = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.detail = detail

    @property
    def members(self) -> dict[str, Json]:
        """The pathway's own code, and what it is about where it says so."""
        return {"reason": self.reason} | ({} if self.detail is None else {"about": self.detail})


class WorkflowGoneError(RefusedError):
    """The instance stands still: its workflow is not there any more, and nothing can be sent to it."""

    title = "The pathway stands still"

    def __init__(self) -> None:
        super().__init__(
            "gone",
            "What runs this pathway is gone, so nothing can be sent to it. A supervisor sees it among the exceptions, "
            "and can close it or start it anew.",
        )


class RunsAlreadyError(RefusedError):
    """What may run only once runs already, as `instance` (`existing` in the problem, which has its own `instance`)."""

    title = "It runs already"

    def __init__(self, message: str, instance: str) -> None:
        super().__init__("duplicate", message)
        self.instance = instance

    @property
    def members(self) -> dict[str, Json]:
        """The instance that runs, for a link to it."""
        return {**super().members, "existing": self.instance}


class NotNowError(ServiceError):
    """Something that is needed does not answer now; the same request may succeed later."""

    code = "not-now"
    status = 503
    title = "Not now"
    retry_after: ClassVar[int] = 5


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _finding(one: Diagnostic) -> Json:
    named = ("rule", "severity", "message", "file", "line", "column", "hint")
    return {name: getattr(one, name) for name in named}
