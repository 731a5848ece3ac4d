"""Walking along graphs without recursion: what is reached, and what goes round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial


def reach(begin: Iterable[str], ahead: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that is reached from somewhere, the beginnings included."""
    seen = set(begin)
    left = list(seen)
    while left:
        for name in ahead(left.pop()):
            if name not in seen:
                seen.add(name)
                left.append(name)
    return seen


def groups(ahead: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components (Kosaraju)."""
    order: list[str] = []
    seen: set[str] = set()
    for root in ahead:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(ahead[root]))]
        while stack:
            name, left = stack[-1]
            following = next((one for one in left if one not in seen), None)
            if following is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(ahead[following])))
    back: dict[str, list[str]] = {name: [] for name in ahead}
    for name, targets in ahead.items():
        for target in targets:
            back[target].append(name)
    found: list[list[str]] = []
    placed: set[str] = set()
    for root in reversed(order):
        if root not in placed:
            group = reach([root], partial(_unplaced, back, placed))
            placed |= group
            found.append(list(group))
    return found


def _unplaced(back: Mapping[str, list[str]], placed: set[str], name: str) -> list[str]:
    return [one for one in back[name] if one not in placed]
