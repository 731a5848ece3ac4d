"""`carelane contract CORE`: is this FHIR server one that Carelane can use?"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

import settings
from settings import CoreAuth

app = typer.Typer(help="Ask a FHIR R4 server what our client needs of a core.")


@app.command()
def contract(
    core: Annotated[str, typer.Argument(help="The FHIR base URL of a test system; the contract writes to it.")],
    auth: Annotated[
        CoreAuth,
        typer.Option(
            help="How to sign in: none, or smart with CARELANE_CORE_CLIENT_ID and CARELANE_CORE_KEY_FILE.",
        ),
    ] = CoreAuth.NONE,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for each request.")] = 30.0,
) -> None:
    """Ask a FHIR R4 server what our client needs of a core.

    Ends with 1 when a required check fails.
    """
    from activities.gateways.fhir.auth import SmartBackendAuth
    from activities.gateways.fhir.contract.__main__ import print_finding, print_summary
    from activities.gateways.fhir.contract.runner import run_contract

    configured = settings.load(core_auth=auth)
    credentials = configured.core_credentials
    signed_in = SmartBackendAuth.from_key_file(core, *credentials) if credentials else None
    typer.echo(f"Contract of {core}\n")
    report = asyncio.run(run_contract(core, auth=signed_in, timeout=timeout, tell=print_finding))
    print_summary(report)
    if not report.passed:
        raise typer.Exit(1)
