"""Functions of contexts (DMN 1.5 section 10.3.4.9)."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.feel import values
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.values import Value, kind, read


@builtin("get value", "m: context", "key: string", gives="Any")
@builtin("get value", "context: context", "key: string", gives="Any")
def get_value(run: Run, context: Mapping[str, Value], key: str) -> Value:
    """Give the value of a key, whatever characters it has."""
    found = context.get(key)
    return run.fail(f"the context has no {key[:40]}") if found is None else read(found)


@builtin("get value", "context: context", "keys: list<string>", gives="Any")
def get_value_at(run: Run, context: Mapping[str, Value], keys: list[str]) -> Value:
    """Give the value at the end of a path of keys."""
    value: Value = context
    for key in keys:
        if kind(value) != values.CONTEXT or key not in value:
            return run.fail(f"the context has no {str(key)[:40]}")
        value = value[key]
    return read(value) if keys else None


@builtin("get entries", "m: context", gives="list<context>")
@builtin("get entries", "context: context", gives="list<context>")
def get_entries(run: Run, context: Mapping[str, Value]) -> list[Value]:
    """Give a list of contexts of `key` and `value`."""
    run.spend(len(context))
    return [{"key": key, "value": read(value)} for key, value in context.items()]


@builtin("context", "entries: list<context>", gives="context")
def context_(run: Run, entries: list[Mapping[str, Value]]) -> dict[str, Value] | None:
    """Make a context of a list of contexts of `key` and `value`."""
    made: dict[str, Value] = {}
    for entry in entries:
        run.spend(1)
        key = entry.get("key") if entry is not None else None
        if not isinstance(key, str) or "value" not in entry or key in made:
            return run.fail("context needs entries of `key` and `value`, each key once")
        made[key] = read(entry["value"])
    return made


@builtin("context put", "context: context", "key: string", "value: any", gives="context")
def context_put(run: Run, context: Mapping[str, Value], key: str, value: Value) -> dict[str, Value]:
    """Give the context with one entry added or replaced."""
    run.spend(len(context) + 1)
    return {**context, key: value}


@builtin("context put", "context: context", "keys: list<string>", "value: any", gives="context")
def context_put_at(run: Run, context: Mapping[str, Value], keys: list[str], value: Value) -> Value:
    """Give the context with the entry at the end of a path of keys added or replaced."""
    if not keys or any(key is None for key in keys):
        return run.fail("context put needs a path of keys")
    levels: list[Mapping[str, Value]] = [context]
    for key in keys[:-1]:
        inner = levels[-1].get(key)
        if kind(inner) != values.CONTEXT:
            return run.fail(f"{key[:40]} is no context")
        levels.append(inner or {})
    made = value
    for level, key in zip(reversed(levels), reversed(keys), strict=True):
        run.spend(len(level) + 1)
        made = {**level, key: made}
    return made


@builtin("context merge", "contexts: list<context>", gives="context")
def context_merge(run: Run, contexts: list[Mapping[str, Value]]) -> dict[str, Value] | None:
    """Put contexts together; the last one that has a key gives its value."""
    made: dict[str, Value] = {}
    for context in contexts:
        if context is None:
            return run.fail("an item of context merge is null")
        run.spend(len(context))
        made.update(context)
    return made
