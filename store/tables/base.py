"""What all tables share: their metadata, and column types that take whatever text people and systems send."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, MetaData
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

REPLACEMENT = "\ufffd"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def storable(text: str) -> str:
    """The text without what PostgreSQL can't hold: NUL and lone surrogates become the replacement character.

    One such character, typed or sent by a system, would else keep an instance from ever being recorded.
    """
    return _UNSTORABLE.sub(REPLACEMENT, text)


def storable_json(value: Any) -> Any:
    """The JSON value with every text in it storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): storable_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(one) for one in value]
    return value


def dump_json(value: Any) -> str:
    """JSON text that PostgreSQL accepts. Moments become ISO 8601 text."""
    text = _encode(value)
    if "\\u0000" in text or _UNSTORABLE.search(text):
        text = _encode(storable_json(value))
    return text


_encode = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=datetime.isoformat
).encode


class Text(TypeDecorator[str]):
    """Text of any length, made storable on its way in."""

    impl = PlainText
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """What values are."""
        return str

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """Replace what PostgreSQL can't hold."""
        return None if value is None else storable(value)


Moment = DateTime(timezone=True)
"""An instant; PostgreSQL's timestamptz."""

Document = JSONB(none_as_null=True)
"""A JSON document; Python's None is SQL's NULL."""
