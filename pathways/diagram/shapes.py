"""The outline of each kind of node: kinds are told apart by shape, icon and word, never by colour alone."""

from __future__ import annotations

CUT = 11.0
FOLD = 12.0
POINT = 12.0

_ROUNDED = {"do": 8.0, "task": 2.0, "repeat": 14.0, "again": 14.0, "section": 8.0, "pathway": 2.0, "clock": 6.0}
_STADIUMS = frozenset({"wait-for-event", "wait-for-time", "wait-for-any", "end", "start", "anywhere", "offer", "over"})


def outline(kind: str, x: float, y: float, width: float, height: float) -> str:
    """The outline of a node as the data of an SVG path."""
    right, bottom = x + width, y + height
    if kind == "decide":
        return _polygon(
            (x + CUT, y), (right - CUT, y), (right, y + CUT), (right, bottom - CUT),
            (right - CUT, bottom), (x + CUT, bottom), (x, bottom - CUT), (x, y + CUT),
        )  # fmt: skip
    if kind in ("parallel", "join"):
        middle = y + height / 2
        return _polygon(
            (x + CUT, y), (right - CUT, y), (right, middle), (right - CUT, bottom), (x + CUT, bottom), (x, middle)
        )
    if kind == "set":
        return _polygon((x, y), (right - FOLD, y), (right, y + FOLD), (right, bottom), (x, bottom))
    if kind == "emit":
        middle = y + height / 2
        return _polygon((x, y), (right - POINT, y), (right, middle), (right - POINT, bottom), (x, bottom))
    radius = min(height / 2, 22.0) if kind in _STADIUMS else _ROUNDED.get(kind, 4.0)
    return _rounded(x, y, width, height, radius)


def inner_lines(kind: str, x: float, y: float, width: float, height: float) -> str:
    """Lines inside the outline that belong to the shape; empty where there are none."""
    right, bottom = x + width, y + height
    match kind:
        case "set":
            return f"M{_n(right - FOLD)} {_n(y)}v{_n(FOLD)}h{_n(FOLD)}"
        case "pathway":
            return f"M{_n(x + 5)} {_n(y)}V{_n(bottom)}M{_n(right - 5)} {_n(y)}V{_n(bottom)}"
        case "task":
            return f"M{_n(x + 4)} {_n(y)}V{_n(bottom)}"
        case "clock":
            return _rounded(x + 3, y + 3, width - 6, height - 6, 4.0)
        case _:
            return ""


def _polygon(*points: tuple[float, float]) -> str:
    return f"M{'L'.join(f'{_n(x)} {_n(y)}' for x, y in points)}Z"


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    r, w, h = _n(radius), _n(width - 2 * radius), _n(height - 2 * radius)
    return f"M{_n(x + radius)} {_n(y)}h{w}a{r} {r} 0 0 1 {r} {r}v{h}a{r} {r} 0 0 1 -{r} {r}h-{w}a{r} {r} 0 0 1 -{r} -{r}v-{h}a{r} {r} 0 0 1 {r} -{r}Z"  # noqa: E501


def _n(number: float) -> str:
    """A number as short as it can be."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
