"""What can go wrong in the store, apart from mistakes."""

from __future__ import annotations

from pathways.errors import CarelaneError


class StoreError(CarelaneError):
    """The root of the store's errors."""

    code = "store"


class StoreUnavailableError(StoreError):
    """PostgreSQL is away, or too busy to answer in time. The same request may succeed later."""

    code = "store-unavailable"


class VersionTakenError(StoreError):
    """The version of a pathway is published with another content; published versions never change."""

    code = "version-taken"
