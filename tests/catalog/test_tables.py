"""Governed tables: whole, governed, and never silent about a row that they do not have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from catalog.tables.billing_units import billing_units
from catalog.tables.governed import NoRowError, Table, TableError, parse
from catalog.tables.payers import PayerRules, benefit_rules, payer_rules, service_rules
from catalog.tables.regimens import Regimen, regimens

RULE: dict[str, Any] = {
    "id": "one",
    "since": "2026-01-01",
    "source": "manual",
    "payer_type": "commercial",
    "benefit": "medical",
    "urgency": "standard",
    "channel": "fax",
    "decision_limit": "15 days",
    "chase_after": "3 business days",
    "pauses_when_pended": True,
}
HEAD: dict[str, Any] = {
    "table": "payer-rules",
    "version": "2026.1",
    "owner": "Utilization management",
    "approved_by": "Somebody else",
    "approved_on": "2025-12-01",
    "review_by": "2026-12-31",
}


def table(*rows: dict[str, Any], **head: Any) -> PayerRules:
    """A table of rules."""
    return parse(PayerRules, yaml.safe_dump({**HEAD, **head, "rows": [{**RULE, **row} for row in rows]}), "rules")


@pytest.mark.parametrize("read", [payer_rules, service_rules, benefit_rules, regimens, billing_units])
def test_the_installed_tables_are_governed(read: Any) -> None:
    """Each has an owner, a second person's approval, and rows with sources."""
    found: Table[Any] = read()
    assert found.owner
    assert found.approved_by != found.owner
    assert found.rows


def test_rows_hold_from_a_day_to_a_day() -> None:
    """Both days are inside; between them the row that holds counts."""
    old, new = {"since": "2025-01-01", "until": "2025-12-31", "decision_limit": "14 days"}, {"decision_limit": "7 days"}
    rules = table(old, new)
    limits = [
        rules.rule("commercial", "medical", "standard", day).decision_limit
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    ]
    assert limits == ["14 days", "7 days"]
    with pytest.raises(NoRowError):
        rules.rule("commercial", "medical", "standard", date(2024, 12, 31))


@pytest.mark.parametrize(("day", "limit"), [(date(2025, 12, 31), "14 days"), (date(2026, 1, 1), "7 days")])
def test_the_limits_of_cms_0057_f_hold_from_2026(day: date, limit: str) -> None:
    """Standard requests of impacted payers; what was received before keeps the older limit."""
    for payer in ("medicare-advantage", "medicaid"):
        assert payer_rules().rule(payer, "medical", "standard", day).decision_limit == limit


@pytest.mark.parametrize(
    ("payer", "urgency", "limit"),
    [
        ("medicare-advantage", "standard", "72 hours"),
        ("medicare-advantage", "expedited", "24 hours"),
        ("medicaid", "standard", "24 hours"),
    ],
)
def test_drugs_given_in_the_clinic_have_limits_of_their_own(payer: str, urgency: str, limit: str) -> None:
    """CMS-0057-F is about items and services."""
    assert payer_rules().rule(payer, "medical-drug", urgency, date(2026, 3, 2)).decision_limit == limit


def test_the_limit_is_that_of_the_day_of_receipt() -> None:
    """A request that was prepared in one year and received in the next."""
    name = "payer-rules/medicaid-medical-standard@2026.1"
    days = (date(2025, 12, 31), date(2026, 1, 1))
    assert [payer_rules().as_received(name, day).decision_limit for day in days] == ["14 days", "7 days"]


def test_an_order_may_ask_for_another_regimen() -> None:
    """By the words of its dosage; doses by weight say how old a weight may be."""
    rows = [regimens().regimen("Infliximab", None, dose, date(2026, 3, 2)) for dose in ("10 mg/kg", "5 mg/kg", None)]
    assert [one.id for one in rows] == ["infliximab-intensified", "infliximab-weight", "infliximab-weight"]
    with pytest.raises(ValueError, match="weight_young_enough"):
        Regimen.model_validate(rows[0].model_dump() | {"weight_young_enough": None})


def test_an_instance_finds_its_row_again() -> None:
    """Also when it holds no more, and the table has another version."""
    rules = table({"until": "2026-02-01"}, version="2026.2")
    assert rules.named("payer-rules/one@2026.1").decision_limit == "15 days"
    assert rules.name_of(rules.rows[0]) == "payer-rules/one@2026.2"


@pytest.mark.parametrize("name", ["payer-rules/two@2026.1", "regimens/one@2026.1", ""])
def test_a_row_that_is_not_there(name: str) -> None:
    """It is never a silent default."""
    with pytest.raises(NoRowError):
        table({}).named(name)


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ([{"decision_limit": "two weeks"}], {}),
        ([{"chanel": "fax"}], {}),
        ([{"channel": "pigeon"}], {}),
        ([{"source": ""}], {}),
        ([{}, {}], {}),
        ([{}], {"approved_by": ""}),
        ([{}], {"version": "1"}),
    ],
    ids=["duration", "key", "channel", "source", "overlap", "approval", "version"],
)
def test_what_no_table_may_say(rows: list[dict[str, Any]], head: dict[str, Any]) -> None:
    """Wrong durations, keys and codes, rows without source, two rows at once, no approval."""
    with pytest.raises(TableError):
        table(*rows, **head)
