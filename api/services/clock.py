"""Pathway time as people meet it: see `pathways.pace`."""

from __future__ import annotations

from pathways.pace import pace_for_new, pace_from_json, pace_to_json, pathway_now

__all__ = ["pace_for_new", "pace_from_json", "pace_to_json", "pathway_now"]
