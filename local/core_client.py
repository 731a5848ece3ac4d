"""Carelane's registration at the development core: a key of this machine, made on first use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey

CLIENT_ID = "carelane"


@dataclass(frozen=True)
class CoreClient:
    """Who signs in: `key_file` is the private key (JWK), `registration` what the core is told of it."""

    client_id: str
    key_file: Path
    registration: Path


def register_client(state_dir: Path) -> CoreClient:
    """The client of a state folder; its key is made when there is none, for SMART's algorithm ES384."""
    key_file = state_dir / "core-key.json"
    registration = state_dir / "core-client.json"
    if not (key_file.exists() and registration.exists()):
        key = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True)
        key_file.touch(mode=0o600)
        key_file.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
        registered = {"client_id": CLIENT_ID, "jwks": {"keys": [key.as_dict(private=False)]}}
        registration.write_text(json.dumps(registered), encoding="utf-8")
    return CoreClient(CLIENT_ID, key_file, registration)
