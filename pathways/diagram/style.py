"""The diagram's style sheet: light, dark, and paper. All colours are here; everything is told by shape and word too.

Pages that show a diagram inline link this sheet instead (`web/static/diagram.css`), for their policy allows no style
inside a page.
"""

from __future__ import annotations

_LIGHT = """
  --cl-page: #ffffff; --cl-ink: #17252c; --cl-quiet: #4a5d66; --cl-line: #56686f; --cl-edge: #56686f;
  --cl-group: #f4f7f8; --cl-group-inner: #e9eff1; --cl-group-line: #7d9099;
  --cl-do: #eef4fb; --cl-task: #fff6e0; --cl-decide: #f3effb; --cl-data: #f2f4f5; --cl-wait: #e6f4f1;
  --cl-flow: #eef0f3; --cl-child: #e8eefc; --cl-out: #e9f5ea; --cl-end: #ffffff; --cl-clock: #fdeee4;
  --cl-bad: #a5231c; --cl-good: #1b6e45; --cl-mark: #0b5563; --cl-on-mark: #ffffff; --cl-way: #0b5563;
"""

_DARK = """
  --cl-page: #10171a; --cl-ink: #e4ebee; --cl-quiet: #b3c1c7; --cl-line: #93a6ae; --cl-edge: #93a6ae;
  --cl-group: #151f23; --cl-group-inner: #1b272c; --cl-group-line: #667880;
  --cl-do: #1a2836; --cl-task: #33290f; --cl-decide: #2a2338; --cl-data: #222b2f; --cl-wait: #12302b;
  --cl-flow: #242b31; --cl-child: #1c2745; --cl-out: #17301b; --cl-end: #10171a; --cl-clock: #38241a;
  --cl-bad: #ff9d92; --cl-good: #7fd6a6; --cl-mark: #86cfdc; --cl-on-mark: #0d1417; --cl-way: #86cfdc;
"""

_RULES = """
.cl-diagram { font-family: Arial, Helvetica, "Liberation Sans", Arimo, sans-serif; }
.cl-title, .cl-text, .cl-label { fill: var(--cl-ink); }
.cl-page { fill: var(--cl-page); }
.cl-word { font-size: 10.5px; fill: var(--cl-quiet); }
.cl-title { font-size: 13px; font-weight: 700; }
.cl-text { font-size: 11px; }
.cl-icon { fill: none; stroke: var(--cl-ink); stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.cl-icon--small { stroke: var(--cl-quiet); stroke-width: 1.6; }
.cl-shape { fill: var(--cl-data); stroke: var(--cl-line); stroke-width: 1.3; }
.cl-inside { fill: none; stroke: var(--cl-line); stroke-width: 1; }
.cl-do .cl-shape { fill: var(--cl-do); }
.cl-task .cl-shape { fill: var(--cl-task); }
.cl-decide .cl-shape { fill: var(--cl-decide); }
.cl-wait-for-event .cl-shape, .cl-wait-for-time .cl-shape, .cl-wait-for-any .cl-shape { fill: var(--cl-wait); }
.cl-parallel .cl-shape, .cl-join .cl-shape, .cl-repeat .cl-shape, .cl-again .cl-shape, .cl-section .cl-shape {
  fill: var(--cl-flow);
}
.cl-pathway .cl-shape { fill: var(--cl-child); }
.cl-emit .cl-shape { fill: var(--cl-out); }
.cl-clock .cl-shape { fill: var(--cl-clock); }
.cl-start .cl-shape, .cl-over .cl-shape, .cl-end .cl-shape { fill: var(--cl-end); }
.cl-end .cl-shape { stroke-width: 3; stroke: var(--cl-ink); }
.cl-anywhere .cl-shape, .cl-offer .cl-shape { fill: var(--cl-end); stroke-dasharray: 5 3; }
.cl-group { fill: var(--cl-group); stroke: var(--cl-group-line); stroke-width: 1; }
.cl-group--branch { fill: var(--cl-group-inner); stroke-dasharray: 2 3; }
.cl-group--side { stroke-dasharray: 7 4; }
.cl-group-title { font-size: 12px; font-weight: 700; fill: var(--cl-quiet); }
.cl-group-title { paint-order: stroke; stroke: var(--cl-group); stroke-width: 4; stroke-linejoin: round; }
.cl-link { fill: none; stroke: var(--cl-edge); stroke-width: 1.4; }
.cl-link--timeout { stroke-dasharray: 7 3; }
.cl-link--catch { stroke: var(--cl-bad); stroke-dasharray: 3 3; }
.cl-link--handler { stroke-dasharray: 9 3 2 3; }
.cl-link--side { stroke-dasharray: 2 4; stroke-linecap: round; }
.cl-signpost { fill: var(--cl-page); stroke: var(--cl-edge); stroke-width: 1; stroke-dasharray: 4 2; }
.cl-signpost.cl-taken { stroke: var(--cl-way); stroke-width: 2.5; }
.cl-signpost.cl-untaken { stroke: var(--cl-group-line); }
a:focus .cl-signpost { stroke: var(--cl-mark); stroke-width: 4; stroke-dasharray: none; }
.cl-tip { fill: var(--cl-edge); }
.cl-tip--catch { fill: var(--cl-bad); }
.cl-label-back { fill: var(--cl-page); fill-opacity: 0.88; }
.cl-label { font-size: 11px; }
.cl-flag { fill: var(--cl-page); stroke: var(--cl-line); stroke-width: 1; }
.cl-flag-text { font-size: 10.5px; font-weight: 700; fill: var(--cl-quiet); }
.cl-badge { fill: var(--cl-mark); stroke: var(--cl-page); stroke-width: 1.5; }
.cl-badge-text { font-size: 11px; font-weight: 700; fill: var(--cl-on-mark); }
.cl-badge-icon { fill: var(--cl-on-mark); stroke: none; }
.cl-badge--plain { fill: var(--cl-page); stroke: var(--cl-line); stroke-width: 1.2; }
.cl-badge-text--plain { fill: var(--cl-ink); }
.cl-here .cl-shape { stroke: var(--cl-mark); stroke-width: 3.5; stroke-dasharray: none; }
.cl-passed .cl-shape { stroke: var(--cl-way); stroke-width: 2.2; }
.cl-untouched .cl-shape { fill: var(--cl-page); stroke: var(--cl-group-line); stroke-width: 1; }
.cl-untouched .cl-inside { stroke: var(--cl-group-line); }
.cl-untouched .cl-title { font-weight: 400; fill: var(--cl-quiet); }
.cl-untouched .cl-text { fill: var(--cl-quiet); }
.cl-untouched .cl-icon { stroke: var(--cl-quiet); }
.cl-link.cl-taken { stroke: var(--cl-way); stroke-width: 3; }
.cl-tip.cl-taken { fill: var(--cl-way); }
.cl-link.cl-untaken { stroke: var(--cl-group-line); stroke-width: 1; }
.cl-tip.cl-untaken { fill: var(--cl-group-line); }
.cl-label.cl-untaken { fill: var(--cl-quiet); }
"""


def stylesheet() -> str:
    """The whole sheet. Paper is light, whatever the screen is."""
    return (
        f".cl-diagram {{{_LIGHT}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ .cl-diagram {{{_DARK}}} }}\n"
        f"{_RULES}"
    )


def page_stylesheet() -> str:
    """The sheet as pages link it, `web/static/diagram.css`."""
    return f"/* Written by `carelane pathway diagram -o web/static/diagram.css`. */\n{stylesheet()}"
