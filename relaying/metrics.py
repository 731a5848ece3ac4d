"""What the relay counts, for Prometheus."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter


@lru_cache(maxsize=1)
def workflows_gone() -> Counter:
    """How often the workflow of an open instance was found to be gone, by `how` (see `store.gone.How`)."""
    return Counter("carelane_workflows_gone", "Open instances whose workflow was found to be gone.", ["how"])


@lru_cache(maxsize=1)
def repairs() -> Counter:
    """How often the lists differed from an instance and were recorded anew, by `how` (see `reconciling.Finding`)."""
    return Counter("carelane_list_repairs", "Lists that differed from an instance and were recorded anew.", ["how"])
