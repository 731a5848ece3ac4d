"""JSON goes through unchanged."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.gateways.fhir.rawjson import Number, dump, parse

_text = st.text(st.characters(exclude_categories=["Cs"]))
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _text,
    lambda inner: st.lists(inner) | st.dictionaries(_text, inner),
)


@given(_json)
def test_writing_and_reading_give_back_the_same(value: object) -> None:
    """What is written reads as it was, by us and by the standard library."""
    text = dump(value)
    assert parse(text) == value
    assert json.loads(text) == value


@pytest.mark.parametrize("text", ["1.10", "0.010", "1.0E3", "-0.0", "100.000", "1e-7", "12345678901234567890.5"])
def test_decimals_keep_their_digits(text: str) -> None:
    """A decimal is written with the digits that it was read with, and its exact value is at hand."""
    number = parse(f'{{"value":{text}}}')["value"]
    assert dump({"value": number}) == f'{{"value":{text}}}'
    assert number.decimal == Decimal(text)


def test_numbers_are_floats_to_everyone_else() -> None:
    """A decimal may be computed with, compared, sent by pickle and written by other encoders."""
    number = Number("1.10")
    assert number == 1.1
    assert number + 1 == pytest.approx(2.1)
    assert pickle.loads(pickle.dumps(number)).text == "1.10"  # noqa: S301 - our own bytes
    assert json.dumps({"value": number}) == '{"value": 1.1}'


def test_python_numbers_are_written_too() -> None:
    """Values that never came from JSON have a form as well."""
    assert dump([Decimal("2.50"), 2.5, 7, (1,), {}, []]) == "[2.50,2.5,7,[1],{},[]]"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "{", "", "{'a':1}"])
def test_what_is_not_json_is_refused(text: str) -> None:
    """NaN and Infinity are no more JSON than broken text is."""
    with pytest.raises(ValueError, match=r"not JSON|char \d"):
        parse(text)


def test_what_has_no_form_in_json_is_refused() -> None:
    """Nothing is written as something else in silence."""
    with pytest.raises(TypeError, match="set has no form"):
        dump({"value": {1}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump(float("nan"))
