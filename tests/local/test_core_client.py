"""The key that Carelane signs in with at the development core."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from local.core_client import register_client


def test_the_private_key_is_ours_alone_and_stays(tmp_path: Path) -> None:
    """The key is made once, readable by its owner only; the core is told the public half."""
    client = register_client(tmp_path)
    assert stat.S_IMODE(client.key_file.stat().st_mode) == 0o600
    before = client.key_file.read_text(encoding="utf-8")
    assert register_client(tmp_path) == client
    assert client.key_file.read_text(encoding="utf-8") == before
    told = json.loads(client.registration.read_text(encoding="utf-8"))["jwks"]["keys"][0]
    private = json.loads(before)
    assert "d" in private
    assert "d" not in told
    assert told["kid"] == private["kid"]
