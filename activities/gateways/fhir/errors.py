# ruff: noqa: N818 - the names are those of HTTP and FHIR, which every reader of this package knows
"""What can go wrong with a core, told apart by what a caller can do about it.

`retryable` says whether the same request may succeed later; `retry_after` how long the core asked us to wait,
in seconds. `outcome_text` holds the core's own words. What we say ourselves names resource types, never ids
or search values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from pathways.errors import CarelaneError


class FhirError(CarelaneError):
    """The core did not do what was asked."""

    code: ClassVar[str] = "fhir-error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        outcome_text: str = "",
        outcome: dict[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.outcome_text = outcome_text
        self.outcome = outcome
        self.retry_after = retry_after


class BadRequest(FhirError):
    """400 and other refusals that sending again cannot mend."""

    code = "fhir-bad-request"


class InvalidResource(FhirError):
    """A resource of ours does not hold to the R4 models; nothing was sent."""

    code = "fhir-invalid-resource"


class Unauthorized(FhirError):
    """401: the core does not accept our sign-in, fresh token included."""

    code = "fhir-unauthorized"


class Forbidden(FhirError):
    """403: signed in, and not allowed to do this."""

    code = "fhir-forbidden"


class NotFound(FhirError):
    """404: the core has no such resource."""

    code = "fhir-not-found"


class Gone(NotFound):
    """410: it was deleted. Some cores say 404 instead, hence a kind of `NotFound`."""

    code = "fhir-gone"


class Conflict(FhirError):
    """409, or a stale If-Match: someone else was faster. Reading again and trying again may succeed."""

    code = "fhir-conflict"
    retryable = True


class ReferredTo(FhirError):
    """409 to a deletion: other resources refer to it."""

    code = "fhir-referred-to"


class PreconditionFailed(FhirError):
    """412: a condition of the request does not hold."""

    code = "fhir-precondition-failed"


class SeveralMatches(PreconditionFailed):
    """412 to a conditional create: the key that should be ours alone is carried by several resources."""

    code = "fhir-several-matches"


class Unprocessable(FhirError):
    """422: the core's rules refuse the resource."""

    code = "fhir-unprocessable"


class Throttled(FhirError):
    """429: too many requests; wait as `retry_after` says."""

    code = "fhir-throttled"
    retryable = True


class Unavailable(FhirError):
    """5xx, no connection, or a connection lost on the way: whether a write took effect is unknown."""

    code = "fhir-unavailable"
    retryable = True


class TimedOut(Unavailable):
    """No answer in time: whether a write took effect is unknown."""

    code = "fhir-timeout"


class NotSupported(FhirError):
    """405, 415, 501: this core does not offer the interaction."""

    code = "fhir-not-supported"


class ProtocolError(FhirError):
    """The answer is not what FHIR says it must be."""

    code = "fhir-protocol"


class IncompleteSearch(ProtocolError):
    """There are more matches than the core gave, and it does not say where the rest is."""

    code = "fhir-incomplete-search"


class ContractViolation(FhirError):
    """A step asked for a resource type that its pathway's contract does not list; nothing was sent."""

    code = "fhir-contract-violation"


_BY_STATUS: dict[int, type[FhirError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: NotSupported,
    408: TimedOut,
    409: Conflict,
    410: Gone,
    412: PreconditionFailed,
    415: NotSupported,
    422: Unprocessable,
    425: Throttled,
    429: Throttled,
    501: NotSupported,
}


def error_of(what: str, status: int, headers: Mapping[str, str], outcome: Any) -> FhirError:
    """The typed error of an answer; `what` names the request without ids, such as `create Task`."""
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else BadRequest)
    text = text_of(outcome)
    said = f": {text}" if text else ""
    return kind(
        f"The core answered {status} to {what}{said}",
        status=status,
        outcome_text=text,
        outcome=outcome if isinstance(outcome, dict) else None,
        retry_after=retry_after_of(headers.get("Retry-After")),
    )


def text_of(outcome: Any) -> str:
    """What an OperationOutcome says, in its own words; empty for anything else."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return ""
    return "; ".join(filter(None, (_issue_text(issue) for issue in outcome.get("issue", []))))


def _issue_text(issue: Any) -> str:
    if not isinstance(issue, dict) or issue.get("severity") == "information":
        return ""
    details = issue.get("details", {})
    codings = details.get("coding", []) if isinstance(details, dict) else []
    displays = [coding.get("display") for coding in codings if isinstance(coding, dict)]
    words = [issue.get("diagnostics"), details.get("text") if isinstance(details, dict) else None, *displays]
    text = next((word for word in words if isinstance(word, str) and word), str(issue.get("code", "")))
    where = issue.get("expression") or issue.get("location") or []
    return f"{text} ({', '.join(map(str, where))})" if where else text


def retry_after_of(header: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date), or None."""
    if not header:
        return None
    text = header.strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:  # "-0000": UTC, of no particular place
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
