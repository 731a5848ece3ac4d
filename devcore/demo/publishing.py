"""Publish pathways of the library as an organization does: written by one person, approved by another."""

from __future__ import annotations

from pathlib import Path

from commands.submissions import submissions
from devcore.demo.api import Api

AUTHOR = "informaticist"
APPROVER = "medical-director"


async def publish_pathways(api: Api, target: Path) -> None:
    """Publish the definitions of a file or folder; what was published before stays as it was.

    Both people are signed in. A demonstration that goes on with a newer Carelane keeps the versions it began with.
    """
    known = {(one["name"], one["version"]): one for one in (await api.get(AUTHOR, "/pathways"))["items"]}
    for one in submissions(target):
        there = known.get((one.pathway, one.version))
        if there is not None and there["state"] != "draft":
            continue
        key = f"demo/publish/{one.pathway}@{one.version}"
        done = (await api.post(AUTHOR, "/pathways", one.body, key=key))["definition"]
        if done["state"] == "draft":
            path = f"/pathways/{done['name']}/{done['version']}/approve"
            await api.post(APPROVER, path, {"digest": done["digest"]}, key=f"{key}/approve")
