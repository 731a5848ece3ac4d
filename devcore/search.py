"""From a search's query string to SQL, and a page of results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from devcore.indexing import normalized, period_of
from devcore.outcomes import bad_request
from devcore.searchparams import SearchParameter, parameters_of
from devcore.storage import Storage, Stored

Pairs = Sequence[tuple[str, str]]

DEFAULT_COUNT, LARGEST_COUNT = 50, 1000
_IGNORED = frozenset({"_format", "_pretty", "_elements", "_total", "_summary"})
_COMPARISONS = {
    "eq": "low >= :low AND high <= :high",
    "ne": "NOT (low >= :low AND high <= :high)",
    "gt": "high > :high",
    "ge": "high > :high OR low >= :low",
    "lt": "low < :low",
    "le": "low < :low OR high <= :high",
    "sa": "low > :high",
    "eb": "high < :low",
}
_PREFIXED = re.compile(r"^(eq|ne|gt|ge|lt|le|sa|eb)?(\d.*)$")


@dataclass
class Query:
    """A search, read and checked."""

    resource_type: str
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    includes: list[tuple[str, str, str | None]] = field(default_factory=list)
    reverse_includes: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    only_count: bool = False


def read_query(resource_type: str, pairs: Pairs, *, base: str) -> Query:
    """Read a search's parameters; unknown ones are collected in `unknown`. Raises Refusal if malformed."""
    query = Query(resource_type)
    known = parameters_of(resource_type)
    for key, value in pairs:
        name, _, modifier = key.partition(":")
        if name in ("_count", "_sort", "_include", "_revinclude", "_summary") and not (name in _IGNORED and modifier):
            _control(query, name, modifier, value, known)
        elif name in _IGNORED:
            continue
        elif name == "_id":
            ids = _alternatives(value)
            _add(query, f"r.id IN ({_marks(ids)})", ids)
        elif name == "_lastUpdated":
            _add_dates(query, value, "SELECT 1 WHERE {comparison}", low="r.at", high="r.at")
        elif name in known:
            _filter(query, known[name], modifier, value, base)
        else:
            query.unknown.append(key)
    return query


def _control(query: Query, name: str, modifier: str, value: str, known: dict[str, SearchParameter]) -> None:
    if name == "_count":
        if not value.isdigit():
            raise bad_request(f"_count must be a whole number, not {value!r}")
        query.count = min(int(value), LARGEST_COUNT)
        query.only_count = query.only_count or query.count == 0
    elif name == "_summary":
        query.only_count = query.only_count or value == "count"
    elif name == "_sort":
        query.order.extend(_sorting(item, query.resource_type, known) for item in value.split(","))
    else:
        source, _, rest = value.partition(":")
        parameter, _, target = rest.partition(":")
        found = parameters_of(source).get(parameter)
        if modifier or found is None or found.kind != "reference":
            raise bad_request(f"{name}={value}: no such reference parameter", code="not-supported")
        if name == "_include":
            query.includes.append((source, parameter, target or None))
        else:
            query.reverse_includes.append((source, parameter))


def _sorting(item: str, resource_type: str, known: dict[str, SearchParameter]) -> str:
    name, direction = (item[1:], "DESC") if item.startswith("-") else (item, "ASC")
    if name == "_lastUpdated":
        return f"r.at {direction}, r.seq {direction}"
    if name == "_id":
        return f"r.id {direction}"
    parameter = known.get(name)
    if parameter is None or parameter.kind not in ("date", "string"):
        raise bad_request(f"_sort by {name} is not supported for {resource_type}", code="not-supported")
    table, column = ("date_index", "low") if parameter.kind == "date" else ("string_index", "value")
    return (
        f"(SELECT min({column}) FROM {table} i"
        f" WHERE i.type = r.type AND i.id = r.id AND i.param = '{parameter.name}')"
        f" {direction}"
    )


def _filter(query: Query, parameter: SearchParameter, modifier: str, value: str, base: str) -> None:
    table = f"{parameter.kind}_index"
    here = f"SELECT 1 FROM {table} i WHERE i.type = r.type AND i.id = r.id AND i.param = '{parameter.name}'"
    if modifier == "missing":
        _add(query, f"{'NOT ' if value == 'true' else ''}EXISTS ({here})", [])
    elif parameter.kind == "date" and not modifier:
        _add_dates(query, value, here + " AND ({comparison})")
    elif parameter.kind == "token" and modifier in ("", "not"):
        condition, values = _either(_token(item) for item in _alternatives(value))
        _add(query, f"{'NOT ' if modifier else ''}EXISTS ({here} AND ({condition}))", values)
    elif parameter.kind == "reference" and (not modifier or modifier[0].isupper()):
        condition, values = _either(_reference(item, modifier, base) for item in _alternatives(value))
        _add(query, f"EXISTS ({here} AND ({condition}))", values)
    elif parameter.kind == "string" and modifier in ("", "exact", "contains"):
        condition, values = _either(_string(item, modifier) for item in _alternatives(value))
        _add(query, f"EXISTS ({here} AND ({condition}))", values)
    else:
        query.unknown.append(f"{parameter.name}:{modifier}")


def _add(query: Query, condition: str, values: Sequence[Any]) -> None:
    query.where.append(condition)
    query.values.extend(values)


def _add_dates(query: Query, value: str, template: str, *, low: str = "i.low", high: str = "i.high") -> None:
    alternatives = []
    for item in _alternatives(value):
        found = _PREFIXED.match(item)
        try:
            if found is None:
                raise ValueError
            first, last = period_of(found[2].replace(" ", "+"))
        except ValueError:
            raise bad_request(f"{item!r} is not a date") from None
        comparison = _COMPARISONS[found[1] or "eq"]
        comparison = re.sub(r"(?<!:)\blow\b", low, comparison)
        comparison = re.sub(r"(?<!:)\bhigh\b", high, comparison)
        # both bounds were computed by `period_of`: digits and punctuation only
        alternatives.append("(" + comparison.replace(":low", f"'{first}'").replace(":high", f"'{last}'") + ")")
    _add(query, f"EXISTS ({template.format(comparison=' OR '.join(alternatives))})", [])


def _token(item: str) -> tuple[str, list[str]]:
    parts = _split(item, "|")
    if len(parts) == 1:
        return "i.code = ?", [parts[0]]
    system, code = parts[0], "|".join(parts[1:])
    if not code:
        return "i.system = ?", [system]
    return "i.system = ? AND i.code = ?", [system, code]


def _reference(item: str, modifier: str, base: str) -> tuple[str, list[str]]:
    text = item.removeprefix(base + "/").split("/_history/")[0]
    if "/" in text or text.startswith("urn:"):
        return "i.target = ?", [text]
    if modifier:
        return "i.target = ?", [f"{modifier}/{text}"]
    return "i.target LIKE ? ESCAPE '!'", ["%/" + _like(text)]


def _string(item: str, modifier: str) -> tuple[str, list[str]]:
    text = normalized(item)
    if modifier == "exact":
        return "i.value = ?", [text]
    return "i.value LIKE ? ESCAPE '!'", [("%" if modifier else "") + _like(text) + "%"]


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _either(conditions: Iterator[tuple[str, list[str]]]) -> tuple[str, list[str]]:
    texts, values = [], []
    for condition, more in conditions:
        texts.append(f"({condition})")
        values.extend(more)
    return " OR ".join(texts) or "0", values


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" for _ in values)


def _alternatives(value: str) -> list[str]:
    return [item if "|" in item else _unescaped(item) for item in _split(value, ",", keep=True)]


def _split(text: str, separator: str, *, keep: bool = False) -> list[str]:
    r"""Split at the separator where it is not escaped by `\`."""
    parts = re.split(rf"(?<!\\){re.escape(separator)}", text)
    return parts if keep else [_unescaped(part) for part in parts]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)


def total_of(storage: Storage, query: Query) -> int:
    """How many resources match."""
    sql = f"SELECT count(*) FROM resource r WHERE {_conditions(query)}"
    return int(storage.connection.execute(sql, [query.resource_type, *query.values]).fetchone()[0])


def page_of(storage: Storage, query: Query, offset: int) -> list[Stored]:
    """The matches from `offset`, at most `query.count`."""
    order = ", ".join([*query.order, "r.seq ASC"])
    sql = (
        f"SELECT r.type, r.id, r.version, r.at, 'PUT', r.body FROM resource r WHERE {_conditions(query)}"
        f" ORDER BY {order} LIMIT ? OFFSET ?"
    )
    rows = storage.connection.execute(sql, [query.resource_type, *query.values, query.count, offset])
    return [Stored(*row) for row in rows]


def _conditions(query: Query) -> str:
    return " AND ".join(["r.type = ?", "r.deleted = 0", *(f"({condition})" for condition in query.where)])


def included(storage: Storage, query: Query, matches: Sequence[Stored]) -> list[Stored]:
    """What `_include` and `_revinclude` add to a page, each once and none that is a match already."""
    seen = {match.reference for match in matches}
    found: list[Stored] = []
    for match in matches:
        for reference in _related(storage, query, match):
            if reference in seen:
                continue
            seen.add(reference)
            stored = storage.current(*reference.split("/", 1))
            if stored is not None and stored.body is not None:
                found.append(stored)
    return found


def _related(storage: Storage, query: Query, match: Stored) -> Iterator[str]:
    run = storage.connection.execute
    for source, parameter, target in query.includes:
        if source == match.type:
            sql = "SELECT target FROM reference_index WHERE type = ? AND id = ? AND param = ?"
            for (reference,) in run(sql, (match.type, match.id, parameter)).fetchall():
                if target is None or reference.startswith(f"{target}/"):
                    yield reference
    for source, parameter in query.reverse_includes:
        sql = "SELECT id FROM reference_index WHERE type = ? AND param = ? AND target = ?"
        for (resource_id,) in run(sql, (source, parameter, match.reference)).fetchall():
            yield f"{source}/{resource_id}"
