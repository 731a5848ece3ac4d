"""Cutting the text of an expression into tokens.

FEEL cannot be cut without context: names may hold spaces (`date and time`, and keys that a text itself declares),
`]` may open an interval and `[` close one, and `list<number>` is a type only where a type may stand. All of that
is settled here, so that the grammar stays LALR(1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from lark import Token

from pathways.feel import limits
from pathways.feel.errors import FeelSyntaxError

KEYWORDS: Final = frozenset(
    (
        "if", "then", "else", "for", "return", "in", "some", "every", "satisfies", "and", "or", "between", "instance",
        "of", "function", "external", "true", "false", "null",
    )
)  # fmt: skip
SPACED_TYPES: Final = ("date and time", "days and time duration", "years and months duration")
SPACED_PROPERTIES: Final = ("time offset", "start included", "end included")
_GENERIC_TYPES: Final = ("list", "context", "range", "function")

_NAME_START: Final = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME: Final = re.compile(rf"[{_NAME_START}][{_NAME_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*")
_KEY: Final = re.compile(r"[^\s\d\"{}()\[\],:@<>=!?.][^\"{}()\[\],:@<>=!]*?(?=\s*:)")
_WORDS: Final = re.compile(rf"{_NAME.pattern}(?: {_NAME.pattern})+")
"""A key in quotes that is a name with spaces, which paths may then use."""
_COLON: Final = re.compile(r"\s*:")
_SPACE: Final = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE: Final = re.compile(
    r"\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?P<four>[0-9a-fA-F]{4})|\\U(?P<six>[0-9a-fA-F]{6})|\\(?P<one>[nrt\\\"'])"
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_SYMBOLS: Final = (
    ("..", "DOTDOT"), ("**", "POWER"), ("!=", "COMPARE"), ("<=", "COMPARE"), (">=", "COMPARE"), ("->", "ARROW"),
    ("=", "COMPARE"), ("<", "COMPARE"), (">", "COMPARE"), ("+", "PLUS"), ("-", "MINUS"), ("*", "TIMES"),
    ("/", "TIMES"), ("(", "LPAR"), (")", "RPAR"), ("[", "LSQB"), ("]", "RSQB"), ("{", "LBRACE"), ("}", "RBRACE"),
    (",", "COMMA"), (":", "COLON"), (".", "DOT"), ("@", "AT"), ("?", "NAME"),
)  # fmt: skip
_OPERAND_ENDS: Final = frozenset(
    ("NAME", "NUMBER", "STRING", "AT_STRING", "TRUE", "FALSE", "NULL", "RPAR", "RSQB", "RBRACE", "INTERVAL_CLOSE")
)
"""Tokens that an operand may end with: after them `[` is a filter, `(` a call, `]` a closing bracket."""
_OPERAND_STARTS: Final = re.compile(rf"[{_NAME_START}0-9\"(\[\]{{@?-]|\.[0-9]")


@dataclass
class _Group:
    """An open bracket: what kind it is, and whether `..` was seen directly inside."""

    kind: str
    interval: bool = False


@dataclass
class _Cutter:
    """The state of cutting one text."""

    text: str
    names: frozenset[str]
    spaced: re.Pattern[str] = field(init=False)
    position: int = 0
    known: int = 0
    arrows: int = 0
    tokens: list[Token] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spaced = _spaced_pattern(self.names)

    def know(self, name: str) -> None:
        """Take a key that no plain name could be as a name from here on."""
        if not _NAME.fullmatch(name) and name not in self.names:
            self.known += 1
            if self.known > limits.SPACED_KEYS:
                raise self.fail(f"more than {limits.SPACED_KEYS} keys have spaces or signs in them")
            self.names |= {name}
            self.spaced = _spaced_pattern(self.names)

    def add(self, type_: str, end: int, value: str | None = None) -> None:
        """Append the token that goes from here to `end`, and move there."""
        start = self.position
        self.tokens.append(Token(type_, self.text[start:end] if value is None else value, start_pos=start, end_pos=end))
        self.position = end

    @property
    def last(self) -> str:
        """The type of the token before, or nothing at the start."""
        return self.tokens[-1].type if self.tokens else ""

    @property
    def group(self) -> str:
        """The kind of the innermost open bracket, or nothing."""
        return self.groups[-1].kind if self.groups else ""

    def fail(self, message: str, hint: str = "") -> FeelSyntaxError:
        """Make the error for the place reached."""
        return syntax_error(self.text, self.position, message, hint)


def syntax_error(text: str, offset: int, message: str, hint: str = "") -> FeelSyntaxError:
    """Make a syntax error whose line and column are those of `offset` in `text`."""
    line, column = line_and_column(text, offset)
    return FeelSyntaxError(message, line, column, hint)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Give the line and column, from 1, of an offset in a text."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def cut(text: str, builtin_names: frozenset[str]) -> list[Token]:
    """Cut `text` into the tokens of the grammar; raises FeelSyntaxError where nothing fits."""
    cutter = _Cutter(text, builtin_names)
    while True:
        space = _SPACE.match(text, cutter.position)
        if space:
            cutter.position = space.end()
        if cutter.position >= len(text):
            return cutter.tokens
        _next(cutter)


@lru_cache(maxsize=64)
def _spaced_pattern(names: frozenset[str]) -> re.Pattern[str]:
    """Make the pattern that finds the longest of the names that hold spaces or signs."""
    found = sorted({*names, *SPACED_TYPES} - {name for name in names if _NAME.fullmatch(name)}, key=len, reverse=True)
    words = (r"\s+".join(re.escape(word) for word in name.split(" ")) for name in found)
    return re.compile(rf"(?:{'|'.join(words)})(?![{_NAME_START}0-9])")


_PROPERTIES: Final = _spaced_pattern(frozenset(SPACED_PROPERTIES))


def _next(cutter: _Cutter) -> None:
    """Append the next token."""
    text, here = cutter.text, cutter.position
    if _key(cutter):
        return
    if text[here] == '"':
        _string(cutter)
        return
    number = _NUMBER.match(text, here)
    if number and not text.startswith("..", here):
        cutter.add("NUMBER", number.end())
        return
    spaced = cutter.spaced.match(text, here)
    if spaced is None and cutter.last == "DOT":
        spaced = _PROPERTIES.match(text, here)
    if spaced:
        cutter.add("NAME", spaced.end(), " ".join(spaced[0].split()))
        return
    name = _NAME.match(text, here)
    if name:
        _word(cutter, name.end())
        return
    for symbol, type_ in _SYMBOLS:
        if text.startswith(symbol, here):
            _symbol(cutter, symbol, type_)
            return
    raise cutter.fail(f"{text[here]!r} has no meaning here", _hint_for_character(text[here]))


def _hint_for_character(character: str) -> str:
    return {
        **dict.fromkeys("'“”„‘’«»", 'Strings stand in straight double quotes: "text".'),
        "&": "Write `and`.",
        "|": "Write `or`.",
        "!": "Write `not(…)`, or `!=` for unequal.",
        "%": "Write `modulo(a, b)`.",
        "/": "A comment `/*` needs its `*/`.",
        "≥": "Write `>=`.",
        "≤": "Write `<=`.",
        "≠": "Write `!=`.",
        **dict.fromkeys("–—−", "Write `-`."),
    }.get(character, "")


def _key(cutter: _Cutter) -> bool:
    """Append a key (of a context, a named argument, a parameter with a type) where one stands."""
    if cutter.last not in ("LBRACE", "COMMA", "LPAR", "TYPE_OPEN") or cutter.group not in ("{", "(", "params", "<"):
        return False
    found = _KEY.match(cutter.text, cutter.position)
    if not found:
        return False
    key = " ".join(found[0].split())
    if cutter.group == "{":
        cutter.know(key)
    cutter.add("KEY", found.end(), key)
    return True


def _string(cutter: _Cutter) -> None:
    """Append a string, with its escapes resolved; after `@` it is an at-literal."""
    found = _STRING.match(cutter.text, cutter.position)
    if not found:
        raise cutter.fail("this string has no end", "Close it with a double quote.")
    value = _ESCAPE.sub(_unescape, found[0][1:-1])
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise cutter.fail("half a surrogate pair is no character")
    if cutter.last == "AT":
        cutter.position = cutter.tokens.pop().start_pos or 0
        cutter.add("AT_STRING", found.end(), value)
    else:
        is_key = cutter.group == "{" and cutter.last in ("LBRACE", "COMMA") and _COLON.match(cutter.text, found.end())
        if is_key and _WORDS.fullmatch(value):
            cutter.know(value)
        cutter.add("STRING", found.end(), value)


def _unescape(found: re.Match[str]) -> str:
    if found["one"]:
        return _ESCAPES[found["one"]]
    if found["high"]:
        return chr(0x10000 + ((int(found["high"], 16) - 0xD800) << 10) + int(found["low"], 16) - 0xDC00)
    code = int(found["four"] or found["six"], 16)
    return chr(code) if code <= 0x10FFFF else found[0]


def _word(cutter: _Cutter, end: int) -> None:
    """Append a name or a keyword."""
    word = cutter.text[cutter.position : end]
    if cutter.last == "DOT":
        cutter.add("NAME", end)
    elif (
        word in _GENERIC_TYPES and _type_may_stand(cutter) and (opening := re.compile(r"\s*<").match(cutter.text, end))
    ):
        cutter.add(f"{word.upper()}_TYPE", end)
        cutter.position = opening.end() - 1
        cutter.add("TYPE_OPEN", opening.end())
        cutter.groups.append(_Group("<"))
        if sum(group.kind == "<" for group in cutter.groups) > limits.TYPE_DEPTH:
            raise cutter.fail(f"types nest more than {limits.TYPE_DEPTH} deep")
    elif word == "instance":
        following = re.compile(r"\s+of\b").match(cutter.text, end)
        cutter.add("INSTANCE_OF" if following else "NAME", following.end() if following else end)
    elif word in KEYWORDS and word != "of":
        cutter.add(word.upper(), end)
    else:
        cutter.add("NAME", end)


def _type_may_stand(cutter: _Cutter) -> bool:
    return (
        cutter.last in ("INSTANCE_OF", "ARROW", "TYPE_OPEN")
        or cutter.group == "<"
        or (cutter.group == "params" and cutter.last == "COLON")
    )


def _symbol(cutter: _Cutter, symbol: str, type_: str) -> None:
    """Append a sign, deciding what brackets mean."""
    end = cutter.position + len(symbol)
    if cutter.group == "<" and symbol == ">":
        cutter.groups.pop()
        type_ = "TYPE_CLOSE"
    elif symbol == "(":
        cutter.groups.append(_Group("params" if cutter.last == "FUNCTION" else "("))
    elif symbol == "{":
        cutter.groups.append(_Group("{"))
    elif symbol == "[":
        if cutter.groups and cutter.groups[-1].interval and _closes(cutter, end):
            cutter.groups.pop()
            type_ = "INTERVAL_CLOSE"
        else:
            cutter.groups.append(_Group("["))
    elif symbol == "]" and cutter.last not in _OPERAND_ENDS and not (cutter.last == "LSQB" and cutter.group == "["):
        cutter.groups.append(_Group("]"))
        type_ = "INTERVAL_OPEN"
    elif symbol in ")]}":
        if cutter.groups:
            cutter.groups.pop()
    elif symbol == ".." and cutter.groups:
        cutter.groups[-1].interval = True
    cutter.add(type_, end)
    if type_ == "ARROW":
        cutter.arrows += 1
        if cutter.arrows > limits.TYPE_DEPTH:
            raise cutter.fail(f"more than {limits.TYPE_DEPTH} function types")


def _closes(cutter: _Cutter, end: int) -> bool:
    """Say whether `[` ends an interval: after an operand, with nothing behind it that a filter could start with."""
    space = _SPACE.match(cutter.text, end)
    return cutter.last in _OPERAND_ENDS and not _starts_operand(cutter.text, space.end() if space else end)


def _starts_operand(text: str, here: int) -> bool:
    word = _NAME.match(text, here)
    if word:
        return word[0] not in ("and", "or", "then", "else", "return", "satisfies", "in", "instance", "between")
    return bool(_OPERAND_STARTS.match(text, here))
