"""Functions of strings (DMN 1.5 section 10.3.4.3). Positions count characters (code points) from 1."""

from __future__ import annotations

from pathways.feel import limits, regexes
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.numbers import Number, truncated
from pathways.feel.operators import check_length
from pathways.feel.values import Value


def _made(run: Run, text: str) -> str:
    """Count the work of making a string and hold it to its limit."""
    run.spend(len(text) // 100)
    return check_length(text)


def _pattern(run: Run, pattern: str, flags: str, text: str) -> regexes.Pattern | None:
    """Make a regular expression ready, and count the work of running it on a text."""
    run.spend(limits.PATTERN + len(pattern) // 10)
    compiled = regexes.compiled(pattern, flags)
    if isinstance(compiled, str):
        return run.fail(compiled)
    run.spend(compiled.steps(text))
    return compiled


@builtin("substring", "string: string", "start position: number", "length?: number", gives="string")
def substring(run: Run, string: str, start: Number, length: Number | None = None) -> str | None:
    """Give a part; a negative start counts from the end."""
    position = truncated(start)
    if position == 0 or abs(position) > len(string):
        return run.fail(f"a string of {len(string)} characters has no position {position}")
    begin = position - 1 if position > 0 else len(string) + position
    if length is None:
        return _made(run, string[begin:])
    if length < 1:
        return run.fail("a length is at least 1")
    return _made(run, string[begin : begin + truncated(length)])


@builtin("string length", "string: string", gives="number")
def string_length(run: Run, string: str) -> int:
    """Count the characters."""
    return len(string)


@builtin("upper case", "string: string", gives="string")
def upper_case(run: Run, string: str) -> str:
    """Give it in capitals."""
    return _made(run, string.upper())


@builtin("lower case", "string: string", gives="string")
def lower_case(run: Run, string: str) -> str:
    """Give it in small letters."""
    return _made(run, string.lower())


@builtin("substring before", "string: string", "match: string", gives="string")
def substring_before(run: Run, string: str, match: str) -> str:
    """Give what stands before the first match, or nothing."""
    run.spend((len(string) + len(match)) // 100)
    before, found, _ = string.partition(match) if match else ("", "", "")
    return _made(run, before if found else "")


@builtin("substring after", "string: string", "match: string", gives="string")
def substring_after(run: Run, string: str, match: str) -> str:
    """Give what stands after the first match, or nothing."""
    run.spend((len(string) + len(match)) // 100)
    return _made(run, string.partition(match)[2] if match else string)


@builtin("contains", "string: string", "match: string", gives="boolean")
def contains(run: Run, string: str, match: str) -> bool:
    """Say whether it holds the other."""
    run.spend(len(string) // 100)
    return match in string


@builtin("starts with", "string: string", "match: string", gives="boolean")
def starts_with(run: Run, string: str, match: str) -> bool:
    """Say whether it starts with the other."""
    run.spend(len(match) // 100)
    return string.startswith(match)


@builtin("ends with", "string: string", "match: string", gives="boolean")
def ends_with(run: Run, string: str, match: str) -> bool:
    """Say whether it ends with the other."""
    run.spend(len(match) // 100)
    return string.endswith(match)


@builtin("matches", "input: string", "pattern: string", "flags?: string|null", gives="boolean")
def matches(run: Run, string: str, pattern: str, flags: str | None = None) -> bool | None:
    """Say whether a regular expression is found in it."""
    compiled = _pattern(run, pattern, flags or "", string)
    if compiled is None:
        return None
    return compiled.engine.search(string) is not None


@builtin("replace", "input: string", "pattern: string", "replacement: string", "flags?: string|null", gives="string")
def replace(run: Run, string: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    """Replace what a regular expression finds; `$1` stands for its first group."""
    compiled = _pattern(run, pattern, flags or "", string)
    if compiled is None:
        return None
    if compiled.engine.search("") is not None:
        return run.fail("a pattern that matches nothing at all cannot be replaced")
    replaced = regexes.replace(compiled, string, replacement, literal="q" in (flags or ""), spend=run.spend)
    return run.fail(f"the replacement {replacement[:40]!r} is not sound") if replaced is None else _made(run, replaced)


@builtin("split", "string: string", "delimiter: string", gives="list<string>")
def split(run: Run, string: str, delimiter: str) -> list[str] | None:
    """Cut at what a regular expression finds."""
    compiled = _pattern(run, delimiter, "", string)
    if compiled is None:
        return None
    return regexes.split(compiled, string, spend=run.spend)


@builtin("string join", "list: list<string>", "delimiter?: string|null", gives="string")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> str:
    """Join strings, leaving nulls out."""
    texts = [item for item in items if item is not None]
    run.spend(len(texts) + sum(map(len, texts)) // 100)
    return _made(run, (delimiter or "").join(texts))
