"""Passwords, the accounts of a development machine, and who may do what."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import get_args

import pytest

from api.security.accounts import development_accounts
from api.security.passwords import hash_password, matches
from api.services.actor import ALLOWED, Actor, Operation
from api.services.errors import ForbiddenError
from catalog import load


def test_a_password_is_kept_as_a_salted_hash() -> None:
    """Two hashes of the same password differ; only the password matches."""
    first, second = hash_password("correct horse"), hash_password("correct horse")
    assert first != second
    assert matches("correct horse", first)
    assert not matches("correct horse ", first)
    assert not matches("correct horse", "plain$correct horse$")
    assert "correct" not in first


def test_a_machines_accounts_are_made_once_and_for_their_owner(tmp_path: Path) -> None:
    """One per role, with passwords of their own, in a file that nobody else reads."""
    state = tmp_path / "state"
    first, second = development_accounts(state), development_accounts(state)
    assert first == second
    assert {"coordinator", "nurse-reviewer", "supervisor", "informaticist"} <= {one.login for one in first}
    assert len({one.password for one in first}) == len(first)
    assert all(re.fullmatch(r"[a-z]+-[a-z]+-\d{4}", one.password) for one in first)
    assert stat.S_IMODE((state / "accounts.json").stat().st_mode) == 0o600


def test_operations_name_roles_of_the_catalog() -> None:
    """A misspelt role would lock everybody out, silently."""
    assert set(ALLOWED) == set(get_args(Operation))
    known = set(load.entries("roles"))
    for operation, roles in ALLOWED.items():
        assert roles <= known, operation


def test_what_roles_do_not_allow_is_forbidden() -> None:
    """With the roles that would."""
    actor = Actor("1", "c", "C", frozenset({"coordinator"}))
    actor.require("start")
    with pytest.raises(ForbiddenError, match="supervisor"):
        actor.require("cancel")
