"""The types of members: fields of contexts, properties of dates and the like."""

from __future__ import annotations

from typing import Final

from pathways.feel import nodes, types, values
from pathways.feel.inference.report import Setting
from pathways.feel.members import PROPERTIES
from pathways.feel.operators import article
from pathways.feel.types import ANY, Type, kind_of

_PROPERTY_TYPES: Final = {
    "time offset": types.DAYS_TIME,
    "timezone": types.STRING,
    "unit": types.STRING,
    "start included": types.BOOLEAN,
    "end included": types.BOOLEAN,
}


def member_type(base: Type, node: nodes.Path, setting: Setting) -> Type:
    """Give the type of `base.name`; of a list, the list of its items' members."""
    match base:
        case types.ListType(item=item):
            return types.list_of(member_type(item, node, setting))
        case types.ContextType():
            return _field_type(base, node, setting)
        case types.RangeType(item=item) if node.name in ("start", "end"):
            return item
    kind = kind_of(base)
    if kind in (None, values.NULL):
        return ANY
    known = PROPERTIES.get(str(kind), {})
    if node.name not in known:
        setting.report(node, f"{article(str(base))} has no `{node.name}`", setting.nearest(node.name, known))
        return ANY
    return _PROPERTY_TYPES.get(node.name, types.NUMBER)


def _field_type(base: types.ContextType, node: nodes.Path, setting: Setting) -> Type:
    found = base.field(node.name)
    if found is not None:
        return found
    if not base.open:
        owner = " ".join(setting.text[node.base.start : node.base.end].split())
        known = [name for name, _ in base.fields]
        setting.report(node, f"`{owner}` has no field `{node.name}`", setting.nearest(node.name, known))
    return ANY
