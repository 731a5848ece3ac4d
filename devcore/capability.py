"""What the core says about itself: CapabilityStatement and SMART configuration."""

from __future__ import annotations

from typing import Any

from devcore.auth import ALGORITHMS
from devcore.quirks import Quirks
from devcore.searchparams import documented_types, parameters_of

_INTERACTIONS = ("read", "vread", "history-instance", "create", "update", "delete", "search-type")


def capability_statement(base: str, *, smart: bool, quirks: Quirks, started: str) -> dict[str, Any]:
    """The CapabilityStatement at /metadata."""
    interactions = [*_INTERACTIONS, *(["patch"] if quirks.patches else [])]
    rest: dict[str, Any] = {
        "mode": "server",
        "resource": [_resource(name, interactions) for name in documented_types()],
        "interaction": [{"code": "transaction"}, {"code": "batch"}],
    }
    if smart:
        service = {
            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
            "code": "SMART-on-FHIR",
        }
        rest["security"] = {"service": [{"coding": [service]}]}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": started,
        "kind": "instance",
        "software": {"name": "Carelane development core"},
        "implementation": {"description": "For development and tests only", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json"] if quirks.patches else ["application/fhir+json"],
        "rest": [rest],
    }


def _resource(name: str, interactions: list[str]) -> dict[str, Any]:
    return {
        "type": name,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "referencePolicy": ["literal", "local"],
        "searchInclude": ["*"],
        "searchParam": [{"name": parameter.name, "type": parameter.kind} for parameter in parameters_of(name).values()]
        + [{"name": "_id", "type": "token"}, {"name": "_lastUpdated", "type": "date"}],
    }


def smart_configuration(base: str) -> dict[str, Any]:
    """The document at /.well-known/smart-configuration."""
    return {
        "token_endpoint": f"{base}/auth/token",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": ["system/*.cruds", "system/*.read", "system/*.write"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
        "code_challenge_methods_supported": ["S256"],
    }
