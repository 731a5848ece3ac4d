"""The accounts of a development machine: one per role, with passwords made on first use and kept beside the state."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "accounts.json"

_PEOPLE = (
    ("coordinator", "Corinne Day", "coordinator"),
    ("coordinator-2", "Marcus Webb", "coordinator"),
    ("nurse-reviewer", "Nadia Osei", "nurse-reviewer"),
    ("supervisor", "Samuel Ortiz", "supervisor"),
    ("informaticist", "Ines Calder", "informaticist"),
    ("medical-director", "Miriam Sato", "medical-director"),
    ("prior-authorization-specialist", "Paula Nemeth", "prior-authorization-specialist"),
    ("financial-counselor", "Felix Grant", "financial-counselor"),
    ("prescriber", "Priya Raman", "prescriber"),
    ("pharmacist", "Peter Adeyemi", "pharmacist"),
    ("pharmacist-2", "Petra Lind", "pharmacist"),
    ("pharmacy-technician", "Tomas Reyes", "pharmacy-technician"),
    ("infusion-nurse", "Imani Brooks", "infusion-nurse"),
    ("scheduler", "Stella Kwan", "scheduler"),
    ("charge-capture", "Carla Moss", "charge-capture"),
)

_WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "inlet",
    "juniper",
    "kestrel",
    "lotus",
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in on a development machine."""

    login: str
    name: str
    roles: tuple[str, ...]
    password: str


def development_accounts(state_dir: Path) -> tuple[Account, ...]:
    """The accounts of this machine; those that are not there yet are made, with random passwords."""
    file = state_dir / FILE
    kept: tuple[Account, ...] = ()
    if file.exists():
        read = json.loads(file.read_text(encoding="utf-8"))
        kept = tuple(Account(one["login"], one["name"], tuple(one["roles"]), one["password"]) for one in read)
    known = {one.login for one in kept}
    new = tuple(Account(login, name, (role,), _password()) for login, name, role in _PEOPLE if login not in known)
    if new:
        _keep(file, (*kept, *new))
    return (*kept, *new)


def _keep(file: Path, accounts: Sequence[Account]) -> None:
    """Write the file for its owner alone, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps([asdict(one) for one in accounts], indent=2), encoding="utf-8")
    draft.replace(file)


def _password() -> str:
    return "-".join([*(secrets.choice(_WORDS) for _ in range(2)), str(secrets.randbelow(9000) + 1000)])
