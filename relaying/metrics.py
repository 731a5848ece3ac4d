"""What the relay counts, for Prometheus."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter


@lru_cache(maxsize=1)
def repairs() -> Counter:
    """How often the lists differed from an instance and were recorded anew, by `how` (see `reconciling.Finding`)."""
    return Counter("carelane_list_repairs", "Lists that differed from an instance and were recorded anew.", ["how"])
