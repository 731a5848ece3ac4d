"""How payers take requests, how long they may think, and what may follow a denial."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import Field

from catalog.tables.governed import AuthoredDuration, Row, Strict, Table, read

PayerType = Literal["medicare-advantage", "medicaid", "commercial"]
Benefit = Literal["medical", "medical-drug", "pharmacy"]
"""`medical-drug`: a drug that is given in the clinic. Limits for items and services do not hold for it."""
Urgency = Literal["standard", "expedited"]
Channel = Literal["pas", "x12", "portal", "fax", "phone", "pharmacy-epa"]
Requirement = Literal["no-auth", "auth-needed", "satisfied", "performpa", "conditional"]
Supply = Literal["buy-and-bill", "white-bag", "clear-bag"]


class AppealLevel(Strict):
    """One level of appeal: what it is called, how long one may file it, how long its decision may take."""

    name: str
    file_within: AuthoredDuration
    decide_within: AuthoredDuration


class PayerRule(Row):
    """What holds for a payer's type, benefit and urgency; the clock counts from the payer's receipt."""

    payer_type: PayerType
    benefit: Benefit
    urgency: Urgency
    channel: Channel
    decision_limit: AuthoredDuration
    chase_after: AuthoredDuration
    pauses_when_pended: bool
    peer_to_peer_within: AuthoredDuration | None = None
    peer_to_peer_forfeited_by_appeal: bool = False
    appeals: tuple[AppealLevel, ...] = ()


class PayerRules(Table[PayerRule]):
    """The payer-clock table."""

    def rule(self, payer_type: str, benefit: str, urgency: str, day: date) -> PayerRule:
        """The rule in effect on a day. Raises `NoRowError`."""
        wanted = (payer_type, benefit, urgency)
        return self.first(day, lambda row: (row.payer_type, row.benefit, row.urgency) == wanted)

    def as_received(self, name: str, day: date) -> PayerRule:
        """The row that an instance remembers, as it holds for what a payer received on a day. Raises `NoRowError`."""
        known = self.named(name)
        return self.first(day, lambda row: row.id == known.id)


class ServiceRule(Row):
    """Whether a service needs authorization. `codes` are of the order, `words` of its text, in small letters."""

    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    payer_types: tuple[PayerType, ...]
    benefit: Benefit
    requirement: Requirement
    documents: tuple[str, ...] = ()


class ServiceRules(Table[ServiceRule]):
    """The authorization list; the first row that fits counts."""

    def rule(self, payer_type: str, codes: frozenset[str], text: str, day: date) -> ServiceRule:
        """The rule in effect on a day. Raises `NoRowError`."""
        return self.first(day, lambda row: payer_type in row.payer_types and _asks_for(row, codes, text.lower()))


def _asks_for(row: ServiceRule, codes: frozenset[str], text: str) -> bool:
    return bool(codes & set(row.codes)) or any(word in text for word in row.words) or not (row.codes or row.words)


class BenefitRule(Row):
    """What a plan pays for infused drugs, and how the drug must come."""

    payer_type: PayerType
    products: tuple[str, ...] = Field(default=(), description="Empty: every product.")
    supply: Supply
    patient_share: float = Field(ge=0, le=1, description="Coinsurance as a share.")
    counseling_from: float = Field(default=0.1, ge=0, le=1)
    required_product: str | None = None


class BenefitRules(Table[BenefitRule]):
    """Benefits of infused drugs; the first row that fits counts."""

    def rule(self, payer_type: str, product: str, day: date) -> BenefitRule:
        """The rule in effect on a day. Raises `NoRowError`."""
        return self.first(day, lambda row: row.payer_type == payer_type and _covers(row, product))


def _covers(row: BenefitRule, product: str) -> bool:
    return not row.products or any(one in product.lower() for one in row.products)


@cache
def payer_rules() -> PayerRules:
    """The installed payer-clock table."""
    return read(PayerRules, "payer-rules")


@cache
def service_rules() -> ServiceRules:
    """The installed authorization list."""
    return read(ServiceRules, "service-rules")


@cache
def benefit_rules() -> BenefitRules:
    """The installed table of benefits."""
    return read(BenefitRules, "benefit-rules")
