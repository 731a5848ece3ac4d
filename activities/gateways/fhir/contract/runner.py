"""Runs the checks and says what they found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.contract.bench import Bench
from activities.gateways.fhir.contract.registry import Check, Unmet, all_checks
from activities.gateways.fhir.errors import FhirError, Unavailable
from activities.gateways.fhir.transport import Auth, Transport


@dataclass(frozen=True)
class Finding:
    """What one check found: `unmet` is None where the core does what is asked."""

    check: Check
    unmet: str | None


@dataclass(frozen=True)
class Report:
    """What all checks found."""

    findings: list[Finding]

    @property
    def failures(self) -> list[Finding]:
        """Required checks that the core does not meet."""
        return [each for each in self.findings if each.unmet is not None and each.check.capability is None]

    @property
    def missing(self) -> list[Finding]:
        """Capabilities that the core does not have."""
        return [each for each in self.findings if each.unmet is not None and each.check.capability is not None]

    @property
    def passed(self) -> bool:
        """Whether our client can work with this core."""
        return not self.failures


async def run_contract(
    base_url: str,
    *,
    auth: Auth | None = None,
    timeout: float = 30.0,  # noqa: ASYNC109 - of each request, in seconds
    tell: Callable[[Finding], None] | None = None,
) -> Report:
    """Run every check against the core at `base_url`; `tell` hears each finding as it comes.

    Raises `Unavailable` when nobody answers there: that says nothing about what a core can do.
    """
    findings = []
    async with FhirClient(base_url, auth=auth, timeout=timeout) as client:
        await _look_for(client)
        raw = Transport(base_url, auth=auth, http=None, timeout=timeout)
        unsigned = Transport(base_url, auth=None, http=None, timeout=timeout)
        bench = Bench(client, raw, unsigned)
        try:
            for check in all_checks():
                if check.needs_sign_in and auth is None:
                    continue
                finding = Finding(check, await outcome_of(check, bench))
                findings.append(finding)
                if tell is not None:
                    tell(finding)
            await bench.tidy()
        finally:
            await raw.aclose()
            await unsigned.aclose()
    return Report(findings)


async def _look_for(client: FhirClient) -> None:
    """Make sure that somebody answers; what they answer is for the checks to judge."""
    try:
        await client.capabilities()
    except Unavailable:
        raise
    except FhirError:
        return


async def outcome_of(check: Check, bench: Bench) -> str | None:
    """Run one check: None when the core meets it, else what it did instead."""
    try:
        await check.run(bench)
    except Unmet as unmet:
        return str(unmet)
    except Exception as error:  # noqa: BLE001 - whatever a core answers is a finding about the core
        return f"{type(error).__name__}: {error}"
    return None
