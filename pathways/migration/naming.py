"""The names of one version under another: paths, blocks, scopes and addresses as a migration renames them."""

from __future__ import annotations

from pathways.addresses import block_of, branch_scope, is_inside, local_of, path_of, scope_of
from pathways.migration.map import MigrationMap
from pathways.plan import Plan


class Naming:
    """How a migration renames what one version has. `renamed` are the positions that got another address so far."""

    def __init__(self, old: Plan, mapping: MigrationMap) -> None:
        self.old, self.mapping = old, mapping
        self.renamed: dict[str, str] = {}

    def path(self, path: str) -> str:
        """The path of a step in the new plan."""
        way = self.mapping.steps.get(path)
        if way is not None and not way.enter:
            return way.to
        block = self.block(block_of(path))
        return f"{block}/{local_of(path)}" if block else local_of(path)

    def block(self, path: str) -> str:
        """The path of a block in the new plan."""
        if not path:
            return path
        way = self.mapping.steps.get(path)
        if way is not None:
            return way.to
        block = self.old.blocks.get(path)
        if block is None or block.kind == "side":
            return path
        owner = self.path(block.owner)
        return f"{owner}/{local_of(path)}" if block.kind == "branch" else owner

    def scope(self, scope: str) -> str:
        """A scope with the containers that were renamed."""
        if not scope:
            return scope
        container, path = self.old.container_of(scope), path_of(scope)
        if not container:
            return scope.replace(path, self.block(path), 1)
        there = self.renamed.get(container, container)
        if self.old.blocks[path].kind == "branch":
            return branch_scope(there, local_of(self.block(path)))
        return there + scope[len(container) :]

    def address(self, address: str) -> str:
        """An address of something that is over, inside what was renamed: it is still found there."""
        around = [one for one in self.renamed if is_inside(address, one)]
        container = max(around, key=len, default="")
        return f"{self.renamed[container]}{address[len(container) :]}" if container else address

    def visit_key(self, key: str) -> str:
        """The key of a count of visits in the new plan."""
        path = path_of(key)
        if path not in self.old.step:
            return key
        return f"{self.scope(scope_of(key))}{local_of(self.path(path))}"
