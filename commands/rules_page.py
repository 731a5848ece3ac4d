"""The reference of lint's rules, made from their table and their examples."""

from __future__ import annotations

from commands.rule_examples import examples
from pathways.lint import Rule
from pathways.lint.rules import FAMILIES, Family

_HEAD = """\
# What lint finds

Made by `carelane pathway rules` from the table in `pathways/lint/rules/` and the examples in
`commands/rule_examples.yaml`. An error cannot run or may harm, and fails `carelane pathway lint`; a warning is unwise.
Of each rule there is an example that it finds, in the line marked `# here`, and one that it leaves alone.

"""


def rules_page() -> str:
    """The page, docs/lint-rules.md: the table of all rules by family, then each rule."""
    tables = "\n".join(_table(family) for family in FAMILIES)
    return _HEAD + tables + "".join(_section(rule) for family in FAMILIES for rule in family.rules)


def _table(family: Family) -> str:
    rows = "".join(f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {rule.title} |\n" for rule in family.rules)
    return f"**{family.title}**\n\n| rule | severity | finds |\n|---|---|---|\n{rows}"


def _section(rule: Rule) -> str:
    example = examples()[rule.id]
    said = f"\n## {rule.id}\n\n{rule.title} ({rule.severity}). {rule.why} {rule.hint}".rstrip()
    return f"{said}\n\nFound:\n{_fenced(example.shown_bad)}\nLeft alone:\n{_fenced(example.shown_good)}"


def _fenced(text: str) -> str:
    return f"```yaml\n{text.rstrip()}\n```\n"
