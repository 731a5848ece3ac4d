"""Hashes of secrets: scrypt for passwords (RFC 7914), SHA-256 for random tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

# OWASP's minimum for scrypt with 16 MiB of memory.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 5


def hash_password(password: str) -> str:
    """A password as it may be kept."""
    salt = os.urandom(16)
    return f"scrypt${_encoded(salt)}${_encoded(_scrypt(password, salt))}"


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one that was kept."""
    method, _, rest = kept.partition("$")
    salt, _, wanted = rest.partition("$")
    if method != "scrypt":
        return False
    return hmac.compare_digest(_encoded(_scrypt(password, base64.b64decode(salt))), wanted)


def hash_token(secret: str) -> str:
    """A random token as it may be kept; it has entropy enough not to need a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=64 * 1024 * 1024)


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
