"""Ways in which real cores differ, to be switched on so that the client's handling is tested.

Each was seen on a real R4 server (HAPI or Medplum); the defaults are what the specification says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Quirks:
    """How this core departs from the specification's plain reading."""

    stale_if_match_status: Literal[409, 412] = 412
    """What a stale If-Match answers."""
    etag: Literal["weak", "strong", "none"] = "weak"
    """`W/"3"`, `"3"`, or no ETag at all."""
    etag_on_patch: bool = True
    """Whether the answer to a PATCH has an ETag."""
    next_links: bool = True
    """Whether pages say where the next one is."""
    search_cache_seconds: float = 0.0
    """How long an identical search gets the same answer, unless it says no-cache."""
    keeps_reference_versions: bool = True
    """Whether `Task/1/_history/2` stays versioned when stored."""
    refuses_dangling_references: bool = False
    """Whether a reference to what is not here refuses the write."""
    refuses_absolute_references: bool = False
    """Whether a reference to another server refuses the write."""
    deleted_status: Literal[410, 404] = 410
    """What reading a deleted resource answers."""
    lost_races: int = 0
    """How many conditional creates are answered 409 after another writer's has won."""
    identical_update_makes_version: bool = True
    """Whether a PUT that changes nothing makes a new version."""
    update_merges_tags: bool = False
    """Whether tags of the stored version survive a PUT without them."""
    unknown_parameters: Literal["refuse", "ignore", "match-nothing"] = "refuse"
    """What an unknown search parameter does, unless `Prefer: handling` says."""
    refuses_numeric_ids: bool = False
    """Whether a client-assigned id of digits alone is refused."""
    returns_representation: bool = True
    """Whether a write answers with the resource when it was not asked to."""
    resolves_conditional_references: bool = True
    """Whether `Practitioner?identifier=...` in a transaction becomes a literal reference."""
    validates: bool = True
    """Whether a single write is held to the R4 models."""
    patches: bool = True
    """Whether PATCH is supported."""
