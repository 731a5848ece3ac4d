"""FEEL, the expression language of DMN 1.5 (chapter 10), for pathways.

`parse_expression` and `parse_unary_tests` read text once; the objects they give are evaluated as often as wanted
against a scope (a mapping of names to values) and an `Environment`. Evaluation is pure and total: the same inputs
give the same value, nothing is raised, nothing runs for long. The package stands alone.
"""

from __future__ import annotations

from pathways.feel.convert import (
    billing_units_value,
    date_value,
    duration_value,
    instant_value,
    number_value,
    quantity_value,
    time_value,
)
from pathways.feel.environment import Allowance, Environment, HostFunction
from pathways.feel.errors import FeelError, FeelLimitError, FeelSyntaxError
from pathways.feel.expression import Expression, Span, UnaryTests, parse_expression, parse_unary_tests
from pathways.feel.functions import RESERVED_NAMES
from pathways.feel.inference import Inference, Problem, infer, infer_tests
from pathways.feel.moments import Time
from pathways.feel.rendering import Json, scalar_text, to_json
from pathways.feel.values import BillingUnits, DaysTime, Function, Quantity, Range, Value, YearsMonths

__all__ = [
    "RESERVED_NAMES",
    "Allowance",
    "BillingUnits",
    "DaysTime",
    "Environment",
    "Expression",
    "FeelError",
    "FeelLimitError",
    "FeelSyntaxError",
    "Function",
    "HostFunction",
    "Inference",
    "Json",
    "Problem",
    "Quantity",
    "Range",
    "Span",
    "Time",
    "UnaryTests",
    "Value",
    "YearsMonths",
    "billing_units_value",
    "date_value",
    "duration_value",
    "infer",
    "infer_tests",
    "instant_value",
    "number_value",
    "parse_expression",
    "parse_unary_tests",
    "quantity_value",
    "scalar_text",
    "time_value",
    "to_json",
]
