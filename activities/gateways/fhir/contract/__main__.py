"""`python -m activities.gateways.fhir.contract CORE [--auth smart ...]`: is this core one that we can use?"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from activities.gateways.fhir.auth import SmartBackendAuth
from activities.gateways.fhir.contract.runner import Finding, Report, run_contract
from activities.gateways.fhir.transport import Auth


def main(arguments: list[str] | None = None) -> int:
    """Run the contract and print what it found; 0 when every required check passed, else 1."""
    parser = argparse.ArgumentParser(prog="contract", description="What our client needs of a FHIR R4 core.")
    parser.add_argument("core", help="the FHIR base URL of a test system")
    parser.add_argument("--auth", choices=["none", "smart"], default="none")
    parser.add_argument("--client-id", help="the client's id at the core, for smart")
    parser.add_argument("--key-file", type=Path, help="its private key, JWK or PEM, ES384 or RS384, for smart")
    parser.add_argument("--scopes", default="system/*.cruds")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds for each request")
    given = parser.parse_args(arguments)
    auth: Auth | None = None
    if given.auth == "smart":
        if not given.client_id or not given.key_file:
            parser.error("--auth smart needs --client-id and --key-file")
        auth = SmartBackendAuth.from_key_file(given.core, given.client_id, given.key_file, given.scopes)
    print(f"Contract of {given.core}\n")
    report = asyncio.run(run_contract(given.core, auth=auth, timeout=given.timeout, tell=print_finding))
    print_summary(report)
    return 0 if report.passed else 1


def print_finding(finding: Finding) -> None:
    """One line for a check, and why where it is not met."""
    check = finding.check
    verdict = "passed" if finding.unmet is None else ("FAILED" if check.capability is None else "missing")
    print(f"{verdict:8}{check.mark:46}{check.name}", flush=True)
    if finding.unmet is not None:
        print(f"{'':8}{check.says}\n{'':8}Found: {finding.unmet}", flush=True)


def print_summary(report: Report) -> None:
    """What it comes to."""
    print(f"\n{sum(each.unmet is None for each in report.findings)} of {len(report.findings)} checks passed.")
    if report.missing:
        names = ", ".join(str(each.check.capability) for each in report.missing)
        print(f"Missing capabilities, which our client does without: {names}.")
    if report.failures:
        names = ", ".join(each.check.name for each in report.failures)
        print(f"This core cannot be used: {names}.")
    else:
        print("Every required check passed: this core can be used.")


if __name__ == "__main__":
    sys.exit(main())
