"""The reference of lint's rules, made from their table and their examples."""

from __future__ import annotations

from commands.rule_examples import examples
from pathways.lint import RULES, Rule

_HEAD = """\
# What lint finds

Made by `carelane pathway rules` from the table in `pathways/lint/rules.py` and the examples in
`commands/rule_examples.yaml`. An error cannot run or may harm, and fails `carelane pathway lint`; a warning is unwise.
Of each rule there is an example that it finds, in the line marked `# here`, and one that it leaves alone.

| rule | severity | finds |
|---|---|---|
"""


def rules_page() -> str:
    """The page, docs/lint-rules.md."""
    rows = [f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {rule.title} |" for rule in RULES.values()]
    return _HEAD + "\n".join(rows) + "\n" + "".join(_section(rule) for rule in RULES.values())


def _section(rule: Rule) -> str:
    example = examples()[rule.id]
    said = f"\n## {rule.id}\n\n{rule.title} ({rule.severity}). {rule.why} {rule.hint}".rstrip()
    return f"{said}\n\nFound:\n{_fenced(example.shown_bad)}\nLeft alone:\n{_fenced(example.shown_good)}"


def _fenced(text: str) -> str:
    return f"```yaml\n{text.rstrip()}\n```\n"
