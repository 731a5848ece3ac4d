"""The types of the names that an expression sees where it stands."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from functools import cached_property

from pathways.catalog import Catalog
from pathways.datatypes import DataType, Field
from pathways.feel import types as feel_types
from pathways.functions import function_types
from pathways.lint.analysis.flow import Flow
from pathways.lint.analysis.sites import Site
from pathways.name_types import NameTypes

_INSTANCE = feel_types.context(
    {
        "id": feel_types.STRING,
        "pathway": feel_types.STRING,
        "version": feel_types.STRING,
        "started_at": feel_types.DATE_TIME,
        "site": feel_types.STRING,
    }
)
_PROBLEM = feel_types.context({"name": feel_types.STRING, "message": feel_types.STRING, "detail": feel_types.ANY})
_EVENT_ONLY = frozenset({"start"})
"""Where nothing but the event is there yet."""


class Scope:
    """The types of the names that a site sees."""

    def __init__(self, flow: Flow, types: NameTypes, catalog: Catalog) -> None:
        self._flow, self._types, self._catalog = flow, types, catalog
        self.functions = function_types(catalog.calendars, catalog.value_sets)
        self._names: dict[tuple[str, str], dict[str, feel_types.Type]] = {}

    @cached_property
    def caught(self) -> frozenset[str]:
        """The steps that a caught problem leads to."""
        return frozenset(way.to for ways in self._flow.ways.values() for way in ways if way.kind == "catch" and way.to)

    @cached_property
    def heard(self) -> Mapping[str, frozenset[str]]:
        """The types of the events that lead to a step."""
        found: dict[str, set[str]] = {}
        for ways in self._flow.ways.values():
            for way in ways:
                if way.handler is not None:
                    found.setdefault(way.to, set()).add(way.handler.type)
        return {step: frozenset(types) for step, types in found.items()}

    def names(self, site: Site) -> Mapping[str, feel_types.Type]:
        """The types of the names in scope at a site."""
        if site.when in _EVENT_ONLY:
            return {"event": self._event(frozenset({site.event}))}
        if site.when == "unique":
            return {one.name: one.type.feel_type for one in self._flow.plan.inputs}
        key = (site.block, site.step if site.step in self.caught or site.step in self.heard else "")
        known = self._names.get(key)
        if known is None:
            known = self._names[key] = self._known(site)
        if site.event:
            return known | {"event": self._event(frozenset({site.event}))}
        if site.when == "form":
            fields = {field.name: field.type.feel_type for field in site.form}
            return known | fields | {"saved": feel_types.context(known)}
        return known

    def _known(self, site: Site) -> dict[str, feel_types.Type]:
        visible = self._types.visible(site.block)
        known = {name: one.feel_type for name, one in visible.items()} | {"instance": _INSTANCE}
        if site.step in self.caught:
            known["problem"] = _PROBLEM
        if site.step in self.heard:
            known["event"] = self._event(self.heard[site.step])
        return known

    def _event(self, types: frozenset[str]) -> feel_types.Type:
        known = [self._catalog.events.get(one) for one in types]
        data = {one.data.feel_type for one in known if one is not None}
        return feel_types.context(
            {
                "id": feel_types.STRING,
                "type": feel_types.STRING,
                "key": feel_types.STRING,
                "data": data.pop() if len(data) == 1 and None not in known else feel_types.ANY,
                "time": feel_types.ANY,
            }
        )

    def declared(self, site: Site) -> Mapping[str, DataType]:
        """The declared types of the names in scope at a site, with all their detail."""
        visible = self._types.visible(site.block)
        extra: dict[str, DataType] = {}
        if site.when == "form":
            extra = {field.name: field.type for field in site.form}
            extra["saved"] = DataType("object", fields=tuple(Field(name, visible[name]) for name in visible), open=True)
        if site.event and (known := self._catalog.events.get(site.event)) is not None:
            extra["event"] = DataType("object", fields=(Field("data", known.data),), open=True)
        return ChainMap(extra, dict(visible)) if extra else visible
